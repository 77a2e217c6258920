/* From the network's outputs to a digit: edge_app/model/classifier.py's read_logits in integers, with the contract. */
#ifndef DIGITS_READ_H
#define DIGITS_READ_H

#include <stdint.h>

#include "digits_contract.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { DIGITS_REFUSED = -1, DIGITS_CONFIDENCE_ONE = 65536 };

typedef struct {
  int label;           /* 0 to 9, or DIGITS_REFUSED: not a digit that the model dares to read */
  int digit;           /* the best digit, whatever the confidence */
  uint32_t confidence; /* calibrated probability of `digit`; DIGITS_CONFIDENCE_ONE is 1 */
} digits_reading;

/* What the network takes: pixel p, 0 = paper, 255 = ink, is p - 128. */
static inline int8_t digits_input(uint8_t pixel) { return (int8_t)((int)pixel - 128); }

/* outputs: the network's, as they are. */
digits_reading digits_read(const int8_t outputs[DIGITS_LABEL_COUNT]);

#ifdef __cplusplus
}
#endif
#endif
