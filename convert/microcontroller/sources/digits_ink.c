#include "digits_ink.h"

#include <string.h>

/* As in edge_app/page/ink.py: added to light before dividing by the paper's, and what ink must exceed at least. */
enum { DARK_GUARD = 24, MIN_CONTRAST = 14 };

static void count(const uint8_t *pixels, int width, int height, size_t stride, uint32_t histogram[256]) {
  memset(histogram, 0, 256 * sizeof histogram[0]);
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) histogram[pixels[(size_t)y * stride + (size_t)x]]++;
  }
}

/* The paper's grey: three quarters of the pixels are darker or as dark. */
static int paper_of(const uint32_t histogram[256], uint32_t total) {
  uint32_t below = 0;
  int grey = 0;
  while (grey < 255 && (below += histogram[grey]) < total - total / 4) grey++;
  return grey;
}

/* Otsu's threshold: where the two sides' means differ most, weighted by their sizes. */
static int valley_of(const uint32_t histogram[256], uint32_t total) {
  uint64_t all = 0, below = 0;
  uint32_t count_below = 0;
  float best = 0.0f;
  int valley = 0;
  for (int value = 0; value < 256; value++) all += (uint64_t)histogram[value] * (uint32_t)value;
  for (int value = 0; value < 255; value++) {
    count_below += histogram[value];
    below += (uint64_t)histogram[value] * (uint32_t)value;
    if (count_below == 0 || count_below == total) continue;
    const float difference = (float)below / (float)count_below - (float)(all - below) / (float)(total - count_below);
    const float between = difference * difference * (float)count_below * (float)(total - count_below);
    if (between > best) {
      best = between;
      valley = value;
    }
  }
  return valley;
}

bool digits_find_ink(uint8_t *pixels, int width, int height, size_t stride) {
  uint32_t histogram[256];
  const uint32_t total = (uint32_t)width * (uint32_t)height;
  count(pixels, width, height, stride, histogram);
  const int paper = paper_of(histogram, total) + DARK_GUARD;
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      uint8_t *pixel = pixels + (size_t)y * stride + (size_t)x;
      const int light = (*pixel + DARK_GUARD) * 255 / paper;
      *pixel = (uint8_t)(light < 255 ? 255 - light : 0);
    }
  }
  count(pixels, width, height, stride, histogram);
  const int valley = valley_of(histogram, total), threshold = valley > MIN_CONTRAST ? valley : MIN_CONTRAST;
  bool found = false;
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      uint8_t *pixel = pixels + (size_t)y * stride + (size_t)x;
      if (*pixel <= threshold) *pixel = 0;
      found = found || *pixel != 0;
    }
  }
  return found;
}
