/* SPDX-License-Identifier: Apache-2.0 */
/* A firmware that is not mel2metal's: it makes sound by itself and keeps what the library says. */
#include "mel2metal.h"

#define SECONDS 3u
#define PIECE 100u
#define MOST 64u

struct kept_patch {
    uint32_t time_ms;
    int8_t scores[16];
};

struct kept_event {
    uint32_t kind;
    uint32_t label;
    uint32_t score_permille;
    uint32_t time_ms;
};

struct kept_patch patches[MOST];
uint32_t patch_count;
struct kept_event events[MOST];
uint32_t event_count;
int32_t errors[3];
volatile uint32_t done;

_Static_assert(M2M_CLASS_COUNT <= 16u, "room for the scores");

static int32_t error_in_callback;

static void on_patch(void *context, const struct m2m_patch *patch) {
    int16_t none = 0;
    error_in_callback = m2m_push(&none, 1u);
    if (context == &patch_count && patch_count < MOST) {
        patches[patch_count].time_ms = (uint32_t)patch->time_ms;
        for (uint32_t label = 0u; label < M2M_CLASS_COUNT; label++) {
            patches[patch_count].scores[label] = patch->scores[label];
        }
        patch_count++;
    }
}

static void on_event(void *context, const struct m2m_event *event) {
    (void)context;
    if (event_count < MOST) {
        events[event_count++] = (struct kept_event){
            .kind = (uint32_t)event->kind,
            .label = (uint32_t)event->label,
            .score_permille = event->score_permille,
            .time_ms = (uint32_t)event->time_ms,
        };
    }
}

/* Noise whose loudness goes up and down; tests/support/foreign_firmware/__init__.py has the same.
 */
static int16_t next_sample(uint32_t index) {
    static uint32_t state = 1u;
    state = state * 1664525u + 1013904223u;
    const uint32_t loud = (index >> 12) & 7u;
    return (int16_t)(((int32_t)(state >> 16) - 32768) / (int32_t)(1u << loud));
}

int main(void) {
    static const struct m2m_callbacks callbacks = {
        .context = &patch_count,
        .on_patch = on_patch,
        .on_event = on_event,
    };
    int16_t piece[PIECE] = {0};

    errors[0] = m2m_push(piece, 0u);
    m2m_begin(&callbacks);
    for (uint32_t index = 0u; index < SECONDS * M2M_SAMPLE_RATE_HZ; index += PIECE) {
        for (uint32_t i = 0u; i < PIECE; i++) {
            piece[i] = next_sample(index + i);
        }
        const int error = m2m_push(piece, PIECE);
        errors[1] = error != 0 ? error : errors[1];
    }
    errors[2] = error_in_callback;
    done = 1u;
    for (;;) {
    }
}
