/* SPDX-License-Identifier: Apache-2.0 */
/* Changes an input as by chance: the same seed gives the same changes. */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

void mutate_seed(uint64_t seed);

/* A number below `limit`, which is not 0. */
uint64_t mutate_below(uint64_t limit);

/* Changes `count` bytes, of which there is room for `limit`, in one to eight ways; `other` is an
 * input from which pieces are taken. Returns the new count, 1 at least. */
size_t mutate(uint8_t *bytes, size_t count, size_t limit, const uint8_t *other, size_t other_count);

#endif
