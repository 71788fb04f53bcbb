/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_OUTPUT_H
#define FRONTEND_OUTPUT_H

#include <stdint.h>

#include "frontend/mel_tables.h"

/*
 * From the sums of a frame's bands to the model's int8 values. One file of the project defines
 * these functions: which one, the front-end's record says (generator/frontend/sources.py).
 */

/*
 * What is kept from frame to frame: the noise of each band. Where nothing is, there is no such
 * structure, and its pointer is null.
 */
#if MEL_NOISE_ESTIMATES
struct output_state {
    uint32_t noise[MEL_NOISE_ESTIMATES];
};

/* At the beginning of a clip. */
void output_reset(struct output_state *state);
#else
struct output_state;
#endif

/*
 * The real sum of a band is sums[band] / 2^(MEL_SUM_BITS + MEL_SUM_SHIFTS * shift), of triangles
 * with peak 1 and samples of full scale 1; each is below 2^62.
 */
void output_frame_s8(struct output_state *state, const uint64_t sums[MEL_BANDS], uint32_t shift,
                     int8_t frame[MEL_FEATURES]);

#endif
