/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_WINDOW_H
#define FRONTEND_WINDOW_H

#include <stdint.h>

#include "frontend/frame_sample.h"
#include "frontend/mel_tables.h"

/*
 * Multiply a frame by the window, and put the products into the transform's buffer, with zeros
 * around them up to its length: samples 2 i and 2 i + 1 as the two words of number
 * transform_place(products, i) (complex_transform.h). Both arrays are aligned to 4 bytes.
 *
 * Returns the block shift b, 0 ... 30, by which the transform shifts all products to the left, so
 * that the largest magnitude fills 30 bits: products are in Q30, samples of full scale being 1;
 * with pre-emphasis in Q29. A frame of zeros gives b = 30.
 */
uint32_t window_apply(const frame_sample samples[MEL_FRAME_SAMPLES],
                      int32_t products[MEL_FFT_SAMPLES]);

#endif
