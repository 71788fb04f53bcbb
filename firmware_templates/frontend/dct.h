/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_DCT_H
#define FRONTEND_DCT_H

#include <stdint.h>

#include "frontend/dct_tables.h"

/*
 * Coefficient k < MEL_BANDS of the DCT-II: the sum of values[n] cos(pi k (2 n + 1) / (2
 * MEL_BANDS)), values in Q24, within 112 octaves, the sum in Q16.
 */
int32_t dct_coefficient_q16(const int32_t values_q24[MEL_BANDS], uint32_t k);

#endif
