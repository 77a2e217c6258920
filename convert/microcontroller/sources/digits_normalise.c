#include "digits_normalise.h"

#include <string.h>

enum { FIELD = DIGITS_FIELD_PX, BODY = 20, MIN_SIDE = 10 };

/* Where the ink lies, and the square that is scaled: the ink in its middle, `shift` doublings larger. */
typedef struct {
  int left, top, right, bottom; /* right and bottom: one past the last */
  int side, x, y;               /* of the square; the ink's place in it */
  int shift;
} square;

static bool row_has_ink(const uint8_t *row, int left, int right) {
  for (int x = left; x < right; x++) {
    if (row[x]) return true;
  }
  return false;
}

static bool column_has_ink(const digits_ink *ink, int x, int top, int bottom) {
  for (int y = top; y < bottom; y++) {
    if (ink->pixels[(size_t)y * ink->stride + (size_t)x]) return true;
  }
  return false;
}

static bool bound(const digits_ink *ink, square *found) {
  int top = 0, bottom = ink->height, left = 0, right = ink->width;
  while (top < bottom && !row_has_ink(ink->pixels + (size_t)top * ink->stride, left, right)) top++;
  if (top >= bottom) return false;
  while (!row_has_ink(ink->pixels + (size_t)(bottom - 1) * ink->stride, left, right)) bottom--;
  while (!column_has_ink(ink, left, top, bottom)) left++;
  while (!column_has_ink(ink, right - 1, top, bottom)) right--;
  const int width = right - left, height = bottom - top;
  int side = width > height ? width : height;
  if (side > DIGITS_MAX_SIDE_PX) return false;
  if (side < MIN_SIDE) side = MIN_SIDE;
  *found = (square){left, top, right, bottom, side, (side - width) / 2, (side - height) / 2, 0};
  /* The makers enlarged by whole doublings, then shrank by area. */
  while (side << found->shift < BODY) found->shift++;
  return true;
}

/* How much of a cell lies on a pixel, in 1/20 pixel: cell i reaches from i * side to (i + 1) * side, pixel p from
 * 20 p to 20 (p + 1). */
static uint32_t overlap(uint32_t cell, uint32_t pixel, uint32_t side) {
  const uint32_t start = cell * side > pixel * BODY ? cell * side : pixel * BODY;
  const uint32_t end = (cell + 1) * side < (pixel + 1) * BODY ? (cell + 1) * side : (pixel + 1) * BODY;
  return end - start;
}

/* To the nearest whole number, the even one of two equally near. */
static uint32_t round_single(float quotient) {
  const uint32_t whole = (uint32_t)quotient;
  const float rest = quotient - (float)whole;
  return whole + (rest > 0.5f || (rest == 0.5f && whole % 2 == 1));
}

/* Whether a quotient is so near to the middle between two whole numbers that single precision may err there. */
static bool is_near_middle(uint32_t numerator, uint32_t denominator) {
  const uint32_t twice = 2 * (numerator % denominator);
  return (twice > denominator ? twice - denominator : denominator - twice) <= denominator / 2048;
}

static uint32_t round_quotient(uint32_t numerator, uint32_t denominator) {
  return numerator / denominator + (numerator % denominator > denominator / 2);
}

/* A cell's ink on a row of the square, times 20: in integers, or as the mean in OpenCV's single precision. */
typedef struct {
  uint32_t exact;
  float single;
} row_sum;

static row_sum sum_of_row(const uint8_t *pixels, const square *of, uint32_t column, bool single) {
  const uint32_t side = (uint32_t)of->side << of->shift;
  row_sum sum = {0, 0.0f};
  for (uint32_t u = column * side / BODY; u * BODY < (column + 1) * side; u++) {
    const int x = (int)(u >> of->shift) - of->x + of->left;
    if (x < of->left || x >= of->right) continue;
    const uint32_t weight = overlap(column, u, side);
    sum.exact += pixels[x] * weight;
    if (single) sum.single += (float)pixels[x] * ((float)weight / (float)side);
  }
  return sum;
}

static row_sum sum_of_cell(const digits_ink *ink, const square *of, uint32_t row, uint32_t column, bool single) {
  const uint32_t side = (uint32_t)of->side << of->shift;
  row_sum sum = {0, 0.0f};
  for (uint32_t v = row * side / BODY; v * BODY < (row + 1) * side; v++) {
    const int y = (int)(v >> of->shift) - of->y + of->top;
    if (y < of->top || y >= of->bottom) continue;
    const uint32_t weight = overlap(row, v, side);
    const row_sum in_row = sum_of_row(ink->pixels + (size_t)y * ink->stride, of, column, single);
    sum.exact += in_row.exact * weight;
    if (single) sum.single += in_row.single * ((float)weight / (float)side);
  }
  return sum;
}

/* OpenCV's mean where two greys are about equally near: its rounding in single precision decides. */
static uint32_t mean_in_single(const digits_ink *ink, const square *of, uint32_t row, uint32_t column, uint32_t sum) {
  const uint32_t side = (uint32_t)of->side << of->shift;
  const uint32_t pixels = side * side / (BODY * BODY);
  /* It has code of its own for halves and for whole numbers of pixels. */
  if (side == 2 * BODY) return (sum / (BODY * BODY) + 2) / 4;
  if (side % BODY == 0) return round_single((float)(sum / (BODY * BODY)) * (1.0f / (float)pixels));
  return round_single(sum_of_cell(ink, of, row, column, true).single);
}

/* The mean grey of one of the 20x20 cells. */
static uint8_t mean_of_cell(const digits_ink *ink, const square *of, uint32_t row, uint32_t column) {
  const uint32_t side = (uint32_t)of->side << of->shift;
  const uint32_t sum = sum_of_cell(ink, of, row, column, false).exact;
  if (is_near_middle(sum, side * side)) return (uint8_t)mean_in_single(ink, of, row, column, sum);
  return (uint8_t)round_quotient(sum, side * side);
}

/* Makes the darkest pixel 255. */
static void stretch(uint8_t body[BODY * BODY]) {
  uint32_t darkest = 1;
  for (int i = 0; i < BODY * BODY; i++) {
    if (body[i] > darkest) darkest = body[i];
  }
  for (int i = 0; i < BODY * BODY; i++) {
    const uint32_t numerator = 255u * body[i];
    const bool middle = 2 * (numerator % darkest) == darkest;
    body[i] = (uint8_t)(middle ? round_single((float)body[i] * (255.0f / (float)darkest))
                               : round_quotient(numerator, darkest));
  }
}

/* int(14.5 - moment / mass), held in the field: the makers count pixel centres from 0.5. */
static int shift_by_mass(uint32_t moment, uint32_t mass) {
  const int32_t doubled = (int32_t)(29 * mass) - (int32_t)(2 * moment);
  const int32_t shift = mass == 0 ? 0 : doubled / (int32_t)(2 * mass);
  return shift < 0 ? 0 : shift > FIELD - BODY ? FIELD - BODY : (int)shift;
}

static void paste_by_mass(const uint8_t body[BODY * BODY], uint8_t image[FIELD * FIELD]) {
  uint32_t mass = 0, across = 0, down = 0;
  for (uint32_t i = 0; i < BODY * BODY; i++) {
    mass += body[i];
    across += body[i] * (i % BODY);
    down += body[i] * (i / BODY);
  }
  const int x = shift_by_mass(across, mass), y = shift_by_mass(down, mass);
  for (int row = 0; row < BODY; row++) memcpy(image + (y + row) * FIELD + x, body + row * BODY, BODY);
}

bool digits_normalise(const digits_ink *ink, uint8_t image[FIELD * FIELD]) {
  uint8_t body[BODY * BODY];
  square of;
  memset(image, 0, FIELD * FIELD);
  if (!bound(ink, &of)) return false;
  for (uint32_t i = 0; i < BODY * BODY; i++) body[i] = mean_of_cell(ink, &of, i / BODY, i % BODY);
  stretch(body);
  paste_by_mass(body, image);
  return true;
}
