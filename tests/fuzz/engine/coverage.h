/* SPDX-License-Identifier: Apache-2.0 */
/* What one input reached: gcc calls a function of coverage.c at each block.
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

#endif
