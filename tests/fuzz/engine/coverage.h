/* SPDX-License-Identifier: Apache-2.0 */
/* What one input reached: gcc calls functions of coverage.c at each block and at each comparison.
 */
#ifndef FUZZ_COVERAGE_H
#define FUZZ_COVERAGE_H

#include <stdint.h>

/* Forgets what the input before has reached. */
void coverage_begin(void);

/* Adds what was reached since then to all that was ever; returns how many features are new. */
uint32_t coverage_take_new(void);

/* Blocks of the control flow, and features (a block with how often it was passed, in steps of a
 * factor two), that were ever reached. */
uint32_t coverage_blocks(void);
uint32_t coverage_features(void);

/* Two numbers of `bytes` bytes that were compared lately, and differed. */
struct comparison {
    uint64_t left;
    uint64_t right;
    uint32_t bytes;
};

/* The one of that number, which is taken modulo how many there are; bytes is 0 if there is none. */
struct comparison coverage_comparison(uint64_t number);

#endif
