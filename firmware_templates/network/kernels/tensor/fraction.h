/* SPDX-License-Identifier: Apache-2.0 */
/* Sigmoid and hyperbolic tangent of 16 bits, as gemmlowp's fixed-point functions give them. */
#ifndef NETWORK_KERNELS_TENSOR_FRACTION_H
#define NETWORK_KERNELS_TENSOR_FRACTION_H

#include <stdint.h>

/* value / 2^bits, halves away from zero. */
int32_t fraction_divide_by_power(int32_t value, uint32_t bits);

/* 1 / (1 + exp(-x)) in Q0.15 for x in Q3.12, int16. */
int32_t fraction_sigmoid(int32_t x);

/* tanh(x) in Q0.15 for x, int16, with so many integer bits beside the sign: 0..6. */
int32_t fraction_tanh(int32_t x, uint32_t integer_bits);

#endif
