/* SPDX-License-Identifier: Apache-2.0 */
/* Memories that a test may damage: weights of two tables, and a word beside a ring. */
#ifndef FAKES_SELF_CHECKS_H
#define FAKES_SELF_CHECKS_H

#include <stdint.h>

void fake_turn_weights_over(uint32_t bit);
void fake_write_beyond_a_ring(uint32_t word);

#endif
