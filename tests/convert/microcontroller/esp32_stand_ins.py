"""Declarations of what the ESP32-CAM example uses of Arduino, the camera's driver and TFLM: enough to compile it."""

HEADERS = {
    "Arduino.h": """#include <stddef.h>
#include <stdint.h>
struct Printer { void begin(int); void println(const char *); int printf(const char *, ...); };
extern Printer Serial;
""",
    "Chirale_TensorFlowLite.h": "",
    "esp_camera.h": """#include <stddef.h>
#include <stdint.h>
enum { ESP_OK, LEDC_TIMER_0, LEDC_CHANNEL_0, PIXFORMAT_GRAYSCALE, FRAMESIZE_QVGA };
struct camera_config_t {
  int pin_pwdn, pin_reset, pin_xclk, pin_sccb_sda, pin_sccb_scl, pin_vsync, pin_href, pin_pclk;
  int pin_d7, pin_d6, pin_d5, pin_d4, pin_d3, pin_d2, pin_d1, pin_d0;
  int xclk_freq_hz, ledc_timer, ledc_channel, pixel_format, frame_size, fb_count;
};
struct camera_fb_t { uint8_t *buf; size_t len, width, height; };
int esp_camera_init(const camera_config_t *);
camera_fb_t *esp_camera_fb_get();
void esp_camera_fb_return(camera_fb_t *);
""",
    "tensorflow/lite/micro/micro_mutable_op_resolver.h": """#pragma once
enum TfLiteStatus { kTfLiteOk };
namespace tflite {
struct MicroOpResolver {};
template <unsigned count> struct MicroMutableOpResolver : MicroOpResolver {
  TfLiteStatus AddConv2D(), AddMaxPool2D(), AddDepthwiseConv2D(), AddFullyConnected();
};
}
""",
    "tensorflow/lite/schema/schema_generated.h": """#pragma once
namespace tflite { struct Model; const Model *GetModel(const void *); }
""",
    "tensorflow/lite/micro/micro_interpreter.h": """#pragma once
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"
struct TfLiteTensor { struct { signed char *int8; } data; };
namespace tflite {
struct MicroInterpreter {
  MicroInterpreter(const Model *, const MicroOpResolver &, unsigned char *, size_t);
  TfLiteStatus AllocateTensors(), Invoke();
  TfLiteTensor *input(size_t), *output(size_t);
};
}
""",
}
