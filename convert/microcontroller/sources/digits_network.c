#include "digits_network.h"

#include <stddef.h>
#include <string.h>

#include "digits_layers.h"
#include "digits_read.h"

/* A place of the output: where its kernel begins in the input, and which rows and columns of it lie inside. */
typedef struct {
  int y, x;
  int top, bottom, left, right; /* bottom and right: one past the last */
} place;

static place place_of(const digits_layer *of, int row, int column) {
  const int y = row * of->stride - of->rows_above, x = column * of->stride - of->columns_left;
  const int below = of->in_height - y, beside = of->in_width - x;
  return (place){y,
                 x,
                 y < 0 ? -y : 0,
                 below < of->kernel_height ? below : of->kernel_height,
                 x < 0 ? -x : 0,
                 beside < of->kernel_width ? beside : of->kernel_width};
}

static const int8_t *pixel(const digits_layer *of, const int8_t *in, int y, int x) {
  return in + ((size_t)y * of->in_width + (size_t)x) * of->in_channels;
}

/* value * multiplier / 2^31 * 2^shift, rounded twice as TFLite does. */
static int32_t scaled(int32_t value, int32_t multiplier, int shift) {
  const int right = shift < 0 ? -shift : 0;
  const int64_t product = (int64_t)value * (shift > 0 ? 1 << shift : 1) * multiplier;
  const int32_t high = (int32_t)((product + (product < 0 ? 1 - (1 << 30) : 1 << 30)) / ((int64_t)1 << 31));
  const int32_t mask = (int32_t)(((int64_t)1 << right) - 1), rest = high & mask;
  return (high >> right) + (rest > (mask >> 1) + (high < 0));
}

static int8_t output_of(const digits_layer *of, int channel, int32_t sum) {
  const int32_t value =
      scaled(sum + of->biases[channel], of->multipliers[channel], of->shifts[channel]) + of->out_zero_point;
  return (int8_t)(value < of->lowest ? of->lowest : value > 127 ? 127 : value);
}

static int8_t convolve(const digits_layer *of, const int8_t *in, place at, int channel) {
  const int8_t *kernel = of->weights + (size_t)channel * of->kernel_height * of->kernel_width * of->in_channels;
  int32_t sum = 0;
  for (int v = at.top; v < at.bottom; v++) {
    /* Pixels of a row and their channels are neighbours, in the input and in the kernel. */
    const int8_t *values = pixel(of, in, at.y + v, at.x + at.left);
    const int8_t *weights = kernel + ((size_t)v * of->kernel_width + (size_t)at.left) * of->in_channels;
    const int count = (at.right - at.left) * of->in_channels;
    for (int i = 0; i < count; i++) sum += (values[i] - of->in_zero_point) * weights[i];
  }
  return output_of(of, channel, sum);
}

static int8_t convolve_depthwise(const digits_layer *of, const int8_t *in, place at, int channel) {
  int32_t sum = 0;
  for (int v = at.top; v < at.bottom; v++) {
    for (int u = at.left; u < at.right; u++) {
      const int8_t weight = of->weights[((size_t)v * of->kernel_width + (size_t)u) * of->out_channels + (size_t)channel];
      sum += (pixel(of, in, at.y + v, at.x + u)[channel] - of->in_zero_point) * weight;
    }
  }
  return output_of(of, channel, sum);
}

static int8_t largest(const digits_layer *of, const int8_t *in, place at, int channel) {
  int8_t found = (int8_t)of->lowest;
  for (int v = at.top; v < at.bottom; v++) {
    for (int u = at.left; u < at.right; u++) {
      const int8_t value = pixel(of, in, at.y + v, at.x + u)[channel];
      if (value > found) found = value;
    }
  }
  return found;
}

static void run_layer(const digits_layer *of, const int8_t *in, int8_t *out) {
  for (int row = 0; row < of->out_height; row++) {
    for (int column = 0; column < of->out_width; column++) {
      const place at = place_of(of, row, column);
      for (int channel = 0; channel < of->out_channels; channel++) {
        *out++ = of->kind == DIGITS_CONVOLUTION  ? convolve(of, in, at, channel)
                 : of->kind == DIGITS_DEPTHWISE ? convolve_depthwise(of, in, at, channel)
                                                : largest(of, in, at, channel);
      }
    }
  }
}

void digits_network(const uint8_t image[DIGITS_FIELD_PX * DIGITS_FIELD_PX], int8_t outputs[DIGITS_LABEL_COUNT]) {
  static int8_t first[DIGITS_FIRST_BUFFER_BYTES], second[DIGITS_SECOND_BUFFER_BYTES];
  int8_t *in = second, *out = first;
  for (int i = 0; i < DIGITS_FIELD_PX * DIGITS_FIELD_PX; i++) in[i] = digits_input(image[i]);
  for (int i = 0; i < DIGITS_LAYER_COUNT; i++) {
    int8_t *const written = out;
    run_layer(&digits_layers[i], in, out);
    out = in;
    in = written;
  }
  memcpy(outputs, in, DIGITS_LABEL_COUNT);
}
