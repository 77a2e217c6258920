/* The network in C99, without TensorFlow Lite: what its reference kernels compute, bit for bit.
 *
 * Integers alone; no allocation, two static buffers of DIGITS_FIRST_BUFFER_BYTES and DIGITS_SECOND_BUFFER_BYTES.
 * Kernels written for a processor are faster: digits_model.h has the same network for TFLite Micro.
 */
#ifndef DIGITS_NETWORK_H
#define DIGITS_NETWORK_H

#include <stdint.h>

#include "digits_contract.h"
#include "digits_normalise.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs the network over an image of digits_normalise; outputs are what digits_read takes. Not reentrant. */
void digits_network(const uint8_t image[DIGITS_FIELD_PX * DIGITS_FIELD_PX], int8_t outputs[DIGITS_LABEL_COUNT]);

#ifdef __cplusplus
}
#endif
#endif
