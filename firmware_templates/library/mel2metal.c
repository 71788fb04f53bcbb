/* SPDX-License-Identifier: Apache-2.0 */
#include "library/mel2metal.h"

#include <stddef.h>
#include <string.h>

#include "library/continuous.h"
#include "library/weights.h"

#define MS_PER_SECOND 1000u
#define PERMILLE 1000u
#define SCORE_STEPS 256u /* of a score, which begins at -128 */

static struct continuous listening;
static struct m2m_callbacks told;
static bool begun;
static bool busy;

/* Rounded down; of a time that is a whole number of frames it is exact in most front-ends. */
static uint64_t ms_of(uint64_t sample) {
    return sample * MS_PER_SECOND / M2M_SAMPLE_RATE_HZ;
}

uint32_t m2m_score_permille(int8_t score) {
    return ((uint32_t)(score + 128) * PERMILLE + SCORE_STEPS / 2u) / SCORE_STEPS;
}

static void on_frame(void *context, const int8_t *frame) {
    (void)context;
    told.on_frame(told.context, frame);
}

static void on_patch(void *context, const struct continuous_patch *patch) {
    (void)context;
    const struct m2m_patch heard = {
        .time_ms = ms_of(patch->sample),
        .index = patch->index,
        .scores = patch->scores,
    };
    told.on_patch(told.context, &heard);
}

static void on_event(void *context, const struct event *event) {
    (void)context;
    const struct m2m_event heard = {
        .kind = event->kind == EVENT_BEGINS ? M2M_EVENT_BEGINS : M2M_EVENT_ENDS,
        .label = (enum m2m_class)event->label,
        .score_permille = (uint16_t)m2m_score_permille(event->score),
        .time_ms = ms_of(event->sample),
        .begin_ms = ms_of(event->begin_sample),
    };
    told.on_event(told.context, &heard);
}

bool m2m_weights_intact(void) {
    return weights_crc() == weights_crc_generated;
}

void m2m_begin(const struct m2m_callbacks *callbacks) {
    told = *callbacks;
    const struct continuous_callbacks wanted = {
        .on_frame = told.on_frame != NULL ? on_frame : NULL,
        .on_patch = told.on_patch != NULL ? on_patch : NULL,
        .on_event = told.on_event != NULL ? on_event : NULL,
    };
    continuous_begin(&listening, &wanted);
    begun = true;
}

int m2m_push(const int16_t *samples, uint32_t count) {
    if (!begun) {
        return M2M_ERROR_NOT_BEGUN;
    }
    if (busy) {
        return M2M_ERROR_BUSY;
    }
    busy = true;
    const int error = continuous_push_q15(&listening, samples, count);
    busy = false;
    return error;
}
