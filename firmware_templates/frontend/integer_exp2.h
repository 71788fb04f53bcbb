/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_INTEGER_EXP2_H
#define FRONTEND_INTEGER_EXP2_H

#include <stdint.h>

/*
 * 2 to the power of `exponent_q24` < 30 in Q24, rounded to a whole number: table of 128 steps with
 * linear interpolation, relative error before the rounding below 4e-6.
 */
uint32_t integer_exp2_u32(int32_t exponent_q24);

#endif
