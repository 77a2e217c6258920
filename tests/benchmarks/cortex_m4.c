/* Counts instructions of ink, normalisation, network and reading, and prints them: a program for QEMU's mps2-an386.
 *
 * Run with -icount shift=0 an instruction takes 1 ns, and the board's timer ticks once in 40.
 */
#include "digits_ink.h"
#include "digits_network.h"
#include "digits_normalise.h"
#include "digits_read.h"
#include "frames.h"

enum { RUNS = 40, INSTRUCTIONS_A_TICK = 40 };

static volatile uint32_t *const timer = (uint32_t *)0x40000000u, *const uart = (uint32_t *)0x40004000u;
static uint8_t box[FRAME_MAX_PX * FRAME_MAX_PX], image[DIGITS_FIELD_PX * DIGITS_FIELD_PX];

static void print(const char *text) {
  while (*text) uart[0] = (uint8_t)*text++;
}

static void print_number(uint32_t number) {
  char text[12] = " ";
  char *at = text + sizeof text - 1;
  for (*at = 0; number || !at[0]; number /= 10) *--at = (char)('0' + number % 10);
  print(at);
  print(" ");
}

static uint32_t elapsed(uint32_t start) { return start - timer[1]; }

static void restore(const frame *of) {
  for (int i = 0; i < of->side * of->side; i++) box[i] = of->pixels[i];
}

static void measure(const frame *of) {
  const digits_ink ink = {box, of->side, of->side, (size_t)of->side};
  int8_t outputs[DIGITS_LABEL_COUNT];
  uint32_t start, copying, finding, normalising, running, reading, sum = 0;
  digits_reading found = {0, 0, 0};
  start = timer[1];
  for (int i = 0; i < RUNS; i++) restore(of);
  copying = elapsed(start);
  start = timer[1];
  for (int i = 0; i < RUNS; i++) {
    restore(of);
    digits_find_ink(box, of->side, of->side, (size_t)of->side);
  }
  finding = elapsed(start) - copying;
  start = timer[1];
  for (int i = 0; i < RUNS; i++) digits_normalise(&ink, image);
  normalising = elapsed(start);
  start = timer[1];
  digits_network(image, outputs);
  running = elapsed(start) * RUNS;
  start = timer[1];
  for (int i = 0; i < RUNS; i++) found = digits_read(outputs);
  reading = elapsed(start);
  for (int i = 0; i < (int)sizeof image; i++) sum = sum * 31 + image[i];
  for (int i = 0; i < DIGITS_LABEL_COUNT; i++) sum = sum * 31 + (uint8_t)outputs[i];
  const uint32_t numbers[] = {finding, normalising, running, reading};
  print_number((uint32_t)of->side);
  for (int i = 0; i < 4; i++) print_number(numbers[i] * INSTRUCTIONS_A_TICK / RUNS);
  print_number(sum);
  print_number((uint32_t)found.digit);
  print("\n");
}

static void run(void) {
  uart[4] = 16;
  uart[2] = 1;
  timer[2] = 0xffffffffu;
  timer[1] = 0xffffffffu;
  timer[0] = 1;
  for (int i = 0; i < FRAME_COUNT; i++) measure(&frames[i]);
  print("end\n");
  /* Semihosting's SYS_EXIT: done. */
  __asm__ volatile("mov r0, #0x18\n ldr r1, =0x20026\n bkpt 0xab" ::: "r0", "r1");
  for (;;) {
  }
}

extern const char end_of_stack;
__attribute__((section(".vectors"), used)) static const void *const vectors[] = {&end_of_stack, (void *)run};
