/* The ink in a box of a grey frame: paper removed, for digits_normalise.
 *
 * One box with dark ink on light paper, lit evenly. Whole pages, shadows and light ink: edge_app/page/ink.py.
 */
#ifndef DIGITS_INK_H
#define DIGITS_INK_H

#include "digits_normalise.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Turns grey values into ink where they stand: 0 = paper, 255 = as dark as can be.
 *
 * pixels: the box's upper left one; 0 = black, 255 = white.
 * width, height: of the box in pixels, at most 65,535 x 65,535.
 * stride: bytes from one row of the frame to the next.
 * Returns false, with no ink left, if nothing in the box stands out from its paper.
 */
bool digits_find_ink(uint8_t *pixels, int width, int height, size_t stride);

#ifdef __cplusplus
}
#endif
#endif
