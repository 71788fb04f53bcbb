/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constants of the mel front-end for a model whose input is int8 with scale 0.0546875 and
 * zero point 40. Computed by generator/frontend/mel_tables.py; docs/frontend.md defines each.
 */
#ifndef FRONTEND_MEL_TABLES_H
#define FRONTEND_MEL_TABLES_H

#include <stdint.h>

#define MEL_SAMPLE_RATE_HZ 16000u
#define MEL_FFT_SAMPLES 512u    /* one transform */
#define MEL_FRAME_SAMPLES 512u  /* of a clip, in one frame */
#define MEL_HOP_SAMPLES 160u    /* from frame to frame */
#define MEL_PADDING_SAMPLES 0u  /* zeros before and behind a clip */
#define MEL_PRE_EMPHASIS_Q31 0 /* factor of the sample before; 0: none */
#define MEL_WINDOW_SAMPLES 400u
#define MEL_WINDOW_START 56u /* sample of the frame on which it begins */
#define MEL_WINDOW_MIRROR 400u /* window(n) = window(MEL_WINDOW_MIRROR - n) */
#define MEL_SPECTRUM_IS_POWER 0 /* 0: magnitudes */
#define MEL_BANDS 64u    /* of the filter bank */
#define MEL_FEATURES 64u /* values of a frame */
#define MEL_NOISE_ESTIMATES 0u /* kept from frame to frame */

/* What the gate looks at: a hop, or a frame where that is shorter. */
#define MEL_GATE_SAMPLES 160u

/* A hop is loud when its RMS about its own mean reaches this many steps of the int16 scale;
 * 0: every hop is. */
#define GATE_THRESHOLD_RMS 2u

/* The gate stays open for this many hops after the last loud one. */
#define GATE_HANGOVER_HOPS 40u

#define MEL_CFFT_POINTS 256u /* a real transform of twice as many */
#define MEL_CFFT_BITS 8u
#define MEL_CFFT_IS_HALVED 0 /* no power of four */
#define MEL_FIRST_BIN 5u     /* bins MEL_FIRST_BIN <= k < MEL_END_BIN carry weight */
#define MEL_END_BIN 240u
#define MEL_SPLIT_FIRST_BIN 5u /* bins k, MEL_CFFT_POINTS - k: a pair */
#define MEL_BIN_WEIGHT_BITS 24u
#define MEL_SUM_BITS 47   /* binary point of a band's sum at block shift 0 */
#define MEL_SUM_SHIFTS 1u /* bits that it gains with each bit of block shift */

#define MEL_LOG2_BITS 24u
#define MEL_LOG2_TABLE_BITS 7u

/* The window to its middle, Q31. */
extern const int32_t mel_window_q31[MEL_WINDOW_MIRROR / 2u + 1u];

/* cos, sin of 1, 2 and 3 times 2 pi i / 256, Q31, i < 64 in the order of reversed bits. */
extern const int32_t mel_butterfly_twiddles_q31[384];

/* cos, sin of 2 pi k / MEL_FFT_SAMPLES for MEL_SPLIT_FIRST_BIN <= k < MEL_CFFT_POINTS / 2, Q31: the
 * split into a real transform. */
extern const int32_t mel_split_twiddles_q31[246];

/* Bins between mel edges j and j + 1 end before segment_end_bins[j]. */
extern const uint16_t mel_segment_end_bins[MEL_BANDS + 1u];

/* Weight of each bin in the triangle that rises over it, Q24; the falling one takes the rest. */
extern const uint32_t mel_bin_weights_q24[MEL_END_BIN - MEL_FIRST_BIN];

/* sqrt(1 + i / 64), Q31, and by how much sqrt(1 + (i + 1) / 64) is larger, Q30: two words each. */
extern const uint32_t mel_sqrt_steps[384];

/* log2(1 + i / 128), Q24. */
extern const uint32_t mel_log2_q24[(1u << MEL_LOG2_TABLE_BITS) + 1u];

#endif
