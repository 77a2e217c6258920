#include "digits_read.h"

digits_reading digits_read(const int8_t outputs[DIGITS_LABEL_COUNT]) {
  int digit = 0, highest = 0;
  for (int i = 1; i < DIGITS_LABEL_COUNT; i++) {
    if (outputs[i] > outputs[highest]) highest = i;
    if (i < 10 && outputs[i] > outputs[digit]) digit = i;
  }
  uint32_t sum = 0;
  for (int i = 0; i < DIGITS_LABEL_COUNT; i++) sum += digits_exponentials[outputs[highest] - outputs[i]];
  const uint64_t own = digits_exponentials[outputs[highest] - outputs[digit]];
  const uint32_t confidence = (uint32_t)((own * DIGITS_CONFIDENCE_ONE + sum / 2) / sum);
  /* "Not a digit" winning refuses a reading even where the limit is low. */
  const int read = confidence >= DIGITS_REFUSE_BELOW_65536 && outputs[digit] == outputs[highest];
  return (digits_reading){read ? digit : DIGITS_REFUSED, digit, confidence};
}
