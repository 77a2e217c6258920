/* Ink of any size to a 28x28 image, as MNIST's makers did it: edge_app/page/normalise.py in C99.
 *
 * Integer arithmetic, no allocation, 400 bytes of stack for the picture in between. Single precision decides where a
 * mean lies in the middle between two greys, as in OpenCV: the result is Python's on x86-64, bit for bit.
 */
#ifndef DIGITS_NORMALISE_H
#define DIGITS_NORMALISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  DIGITS_FIELD_PX = 28,
  /* 255 * side * side fits 32 bits up to here. */
  DIGITS_MAX_SIDE_PX = 4096
};

/* Ink in a crop or a frame: 0 = paper, 255 = ink; all that is not 0 counts as ink. */
typedef struct {
  const uint8_t *pixels; /* the upper left one */
  int width, height;     /* pixels */
  size_t stride;         /* bytes from one row to the next */
} digits_ink;

/* Fits ink into MNIST's field: its bounding square scaled to 20x20, its darkest pixel 255, its centre of mass in the
 * middle.
 *
 * image: the result, 28 rows of 28, 0 = paper, 255 = ink; all 0 if this returns false.
 * Returns false if there is no ink, or if it is larger than DIGITS_MAX_SIDE_PX.
 */
bool digits_normalise(const digits_ink *ink, uint8_t image[DIGITS_FIELD_PX * DIGITS_FIELD_PX]);

#ifdef __cplusplus
}
#endif
#endif
