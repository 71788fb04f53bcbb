/* SPDX-License-Identifier: Apache-2.0 */
/* Frames become a patch in the engine's input; with the last one the engine runs, once. */
#include "network/network.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "network/engine.h"
#include "network/layout.h"

static bool begun;
static bool engine_ready;
static uint32_t frames; /* of the patch, so far */
static int8_t scores[NETWORK_CLASSES];

void network_begin(void) {
    frames = 0u;
    begun = true;
}

static int engine_error(uint32_t code) {
    return -(int)(NETWORK_ENGINE_ERROR | (code & NETWORK_ENGINE_ERROR_MASK));
}

static void put_frame(int8_t *patch, uint32_t frame, const int8_t values[NETWORK_BANDS]) {
#if LAYOUT_BANDS_FIRST
    for (uint32_t band = 0u; band < NETWORK_BANDS; band++) {
        patch[band * NETWORK_FRAMES + frame] = values[band];
    }
#else
    memcpy(&patch[frame * NETWORK_BANDS], values, NETWORK_BANDS);
#endif
}

#if LAYOUT_SCORES_F32
/* The probability back to the int8 that it was made of: the nearest, halves away from zero. */
static int8_t quantise_score(float probability) {
    const float steps = probability * (1.0f / NETWORK_SCORE_SCALE);
    const int32_t nearest = (int32_t)(steps < 0.0f ? steps - 0.5f : steps + 0.5f);
    const int32_t score = nearest + NETWORK_SCORE_ZERO_POINT;
    return (int8_t)(score < INT8_MIN ? INT8_MIN : score > INT8_MAX ? INT8_MAX : score);
}
#endif

/* The output may be where the next patch is written: the scores are kept apart from it. */
static void take_scores(const void *output) {
#if LAYOUT_SCORES_S8
    memcpy(scores, output, sizeof scores);
#elif LAYOUT_SCORES_U8
    const uint8_t *values = output;
    for (uint32_t class = 0u; class < NETWORK_CLASSES; class++) {
        scores[class] = (int8_t)((int32_t)values[class] - 128);
    }
#else
    const float *values = output;
    for (uint32_t class = 0u; class < NETWORK_CLASSES; class++) {
        scores[class] = quantise_score(values[class]);
    }
#endif
}

__attribute__((noinline)) int network_push_frame_s8(const int8_t frame[NETWORK_BANDS]) {
    if (!begun) {
        return NETWORK_ERROR_NOT_BEGUN;
    }
    if (frames == NETWORK_FRAMES) {
        return NETWORK_ERROR_PATCH_FULL;
    }
    if (!engine_ready) {
        const uint32_t code = engine_begin();
        if (code != 0u) {
            return engine_error(code);
        }
        engine_ready = true;
    }
    put_frame(engine_input(), frames, frame);
    frames++;
    if (frames < NETWORK_FRAMES) {
        return NETWORK_MORE;
    }
    const uint32_t code = engine_run();
    if (code != 0u) {
        return engine_error(code);
    }
    take_scores(engine_output());
    return NETWORK_READY;
}

const int8_t *network_scores_s8(void) {
    return scores;
}

void network_scores_f32(float probabilities[NETWORK_CLASSES]) {
    for (uint32_t class = 0u; class < NETWORK_CLASSES; class++) {
        const int32_t steps = (int32_t)scores[class] - NETWORK_SCORE_ZERO_POINT;
        probabilities[class] = NETWORK_SCORE_SCALE * (float)steps;
    }
}
