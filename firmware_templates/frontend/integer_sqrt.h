/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_INTEGER_SQRT_H
#define FRONTEND_INTEGER_SQRT_H

#include <stdint.h>

/*
 * Square root of `value` < 2^62, in Q1 (twice the root): table of 192 steps with linear
 * interpolation, relative error below 2^-16.9, then truncation.
 */
uint32_t integer_sqrt_u64(uint64_t value);

#endif
