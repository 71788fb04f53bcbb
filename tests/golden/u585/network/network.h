/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The int8 network, run row by row: each call of network_push_frame_s8() gives it one frame
 * (one row of mel bands) and every layer that can make its next row does.
 *
 * Model: tiny
 * SHA-256 of the .tflite: 4a48f39707e3258f884972e29e3c253d19767f1aa5b71137aa85c31887499672
 */
#ifndef NETWORK_NETWORK_H
#define NETWORK_NETWORK_H

#include <stdint.h>

#define NETWORK_FRAMES 16u
#define NETWORK_BANDS 64u
#define NETWORK_CLASSES 3u
#define NETWORK_OPERATORS 10u
#define NETWORK_ARENA_BYTES 1952u
#define NETWORK_WIDEST_ROW_BYTES 192u

/* A frame's value q stands for the real number NETWORK_INPUT_SCALE * (q - zero point). */
#define NETWORK_INPUT_SCALE 0.0546875f
#define NETWORK_INPUT_ZERO_POINT (40)

/* A score q stands for NETWORK_SCORE_SCALE * (q - zero point). */
#define NETWORK_SCORE_SCALE 0.00390625f
#define NETWORK_SCORE_ZERO_POINT (-128)

enum network_status {
    NETWORK_MORE = 0,               /* frame taken, the patch is not complete */
    NETWORK_READY = 1,              /* that was the last frame: the scores are there */
    NETWORK_ERROR_NOT_BEGUN = -1,   /* network_begin() was never called */
    NETWORK_ERROR_PATCH_FULL = -2,  /* a frame after the last one: call network_begin() first */
};

/* Forget everything and wait for the first frame of a patch. */
void network_begin(void);

/* Take the next frame of the patch; returns an enum network_status. */
int network_push_frame_s8(const int8_t frame[NETWORK_BANDS]);

/* The scores of the last complete patch, as the last int8 layer left them. */
const int8_t *network_scores_s8(void);

/* The same as real numbers: probabilities after SOFTMAX or LOGISTIC. */
void network_scores_f32(float scores[NETWORK_CLASSES]);

#if M2M_TAPS
/*
 * Called with every row of every operator's output, as soon as it exists. Provided by who listens.
 * `values` holds the row in the order of the .tflite's own tensor: int8, or float for DEQUANTIZE;
 * it is valid during the call only. An operator without rows (MEAN and what follows) has row 0.
 */
void network_tap(uint32_t operator_index, uint32_t row, const void *values, uint32_t bytes);
#endif

#endif
