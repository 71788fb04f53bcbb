/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_INTEGER_LOG2_H
#define FRONTEND_INTEGER_LOG2_H

#include <stdint.h>

/*
 * log2 of `value` >= 1, Q24: table of 128 steps with linear interpolation; the error is between
 * -1.2e-5 and 0 (linear interpolation lies below a concave curve).
 */
int32_t integer_log2_u64(uint64_t value);

#endif
