/* AI Thinker's ESP32-CAM: reads the digit in the middle of each frame and prints it.
 *
 * Hold a digit of 1 to 5 cm, dark on white, into the box: the middle 120x120 pixels of 320x240.
 */
#include <Arduino.h>
#include <Chirale_TensorFlowLite.h>
#include <esp_camera.h>

#include "digits_ink.h"
#include "digits_model.h"
#include "digits_normalise.h"
#include "digits_read.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"

static const int BOX_PX = 120;
alignas(16) static uint8_t arena[DIGITS_ARENA_BYTES];
static tflite::MicroInterpreter *network;

static bool start_camera() {
  camera_config_t config = {};
  config.pin_pwdn = 32;
  config.pin_reset = -1;
  config.pin_xclk = 0;
  config.pin_sccb_sda = 26;
  config.pin_sccb_scl = 27;
  config.pin_d7 = 35;
  config.pin_d6 = 34;
  config.pin_d5 = 39;
  config.pin_d4 = 36;
  config.pin_d3 = 21;
  config.pin_d2 = 19;
  config.pin_d1 = 18;
  config.pin_d0 = 5;
  config.pin_vsync = 25;
  config.pin_href = 23;
  config.pin_pclk = 22;
  config.xclk_freq_hz = 20000000;
  config.ledc_timer = LEDC_TIMER_0;
  config.ledc_channel = LEDC_CHANNEL_0;
  config.pixel_format = PIXFORMAT_GRAYSCALE;
  config.frame_size = FRAMESIZE_QVGA;
  config.fb_count = 1;
  return esp_camera_init(&config) == ESP_OK;
}

static bool start_network() {
  static tflite::MicroMutableOpResolver<DIGITS_OPERATOR_COUNT> operators;
  DIGITS_ADD_OPERATORS(operators);
  static tflite::MicroInterpreter interpreter(tflite::GetModel(digits_model), operators, arena, sizeof arena);
  network = &interpreter;
  return interpreter.AllocateTensors() == kTfLiteOk;
}

/* Reads the ink in a box of a grey frame, and overwrites the box with its ink. */
static digits_reading read_box(uint8_t *box, int width, int height, size_t stride) {
  static uint8_t image[DIGITS_FIELD_PX * DIGITS_FIELD_PX];
  const digits_ink ink = {box, width, height, stride};
  const digits_reading nothing = {DIGITS_REFUSED, 0, 0};
  if (!digits_find_ink(box, width, height, stride) || !digits_normalise(&ink, image)) return nothing;
  int8_t *input = network->input(0)->data.int8;
  for (size_t i = 0; i < sizeof image; i++) input[i] = digits_input(image[i]);
  if (network->Invoke() != kTfLiteOk) return nothing;
  return digits_read(network->output(0)->data.int8);
}

void setup() {
  Serial.begin(115200);
  if (!start_camera()) Serial.println("expected a camera, got none; check its ribbon cable");
  if (!start_network()) Serial.println("expected a network that fits the arena; raise DIGITS_ARENA_BYTES");
}

void loop() {
  camera_fb_t *frame = esp_camera_fb_get();
  if (frame == nullptr) return;
  uint8_t *box = frame->buf + (frame->height - BOX_PX) / 2 * frame->width + (frame->width - BOX_PX) / 2;
  const digits_reading reading = read_box(box, BOX_PX, BOX_PX, frame->width);
  esp_camera_fb_return(frame);
  if (reading.label != DIGITS_REFUSED) {
    Serial.printf("%d (%u %%)\n", reading.label, (unsigned)(reading.confidence * 100 / DIGITS_CONFIDENCE_ONE));
  }
}
