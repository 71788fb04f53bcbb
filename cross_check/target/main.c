/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the firmware's listener on one clip and writes all results: every frame, every patch's
 * scores, the clip's result, with taps every row of every layer; and the ticks of the metered
 * calls.
 */
#include <string.h>

#include "library/listener.h"
#include "meter.h"
#include "mps2.h"
#include "library/cycles.h"

#define MAX_RECORD_BYTES (1024u * 1024u)
#define CHUNK_SAMPLES 160u
#define CALIBRATION_TURNS 12345u

enum record_kind {
    RECORD_FRAME = 1,  /* index: of the frame; int8 [bands] */
    RECORD_PATCH = 2,  /* index: of the patch; first frame, gated samples, scores */
    RECORD_CLIP = 3,   /* struct listener_clip */
    RECORD_LAYER = 4,  /* index: of the operator; row; the row's values */
    RECORD_SCORES = 5, /* index: of the patch; float [classes] */
    RECORD_CALLS = 6,  /* struct metered_call [] */
};

struct record {
    uint32_t kind, index, row, bytes; /* the values follow, padded to a multiple of 4 */
};

/* The clip: mono int16 at MEL_SAMPLE_RATE_HZ. */
extern const int16_t mps2_data_start[], mps2_data_end[];

static uint8_t records[MAX_RECORD_BYTES];
static uint32_t records_bytes;

/* Stub: this program does not measure cycles. */
uint32_t cycle_counter_now(void) {
    return 0u;
}

static void put_record(enum record_kind kind, uint32_t index, uint32_t row, const void *values,
                       uint32_t bytes) {
    const struct record head = {.kind = kind, .index = index, .row = row, .bytes = bytes};
    const uint32_t filled = (bytes + 3u) & ~3u;
    if (sizeof head + filled > MAX_RECORD_BYTES - records_bytes) {
        mps2_exit(MPS2_EXIT_RECORDS);
    }
    memcpy(records + records_bytes, &head, sizeof head);
    memcpy(records + records_bytes + sizeof head, values, bytes);
    records_bytes += (uint32_t)sizeof head + filled;
}

static void on_frame(void *context, const int8_t *frame) {
    uint32_t *frames = context;
    put_record(RECORD_FRAME, (*frames)++, 0u, frame, NETWORK_BANDS);
}

static void on_patch(void *context, const struct listener_patch *patch) {
    float scores[NETWORK_CLASSES];
    uint8_t values[2u * sizeof(uint32_t) + NETWORK_CLASSES];
    (void)context;
    memcpy(values, &patch->first_frame, sizeof patch->first_frame);
    memcpy(values + sizeof(uint32_t), &patch->gated_samples, sizeof patch->gated_samples);
    memcpy(values + 2u * sizeof(uint32_t), patch->scores, sizeof patch->scores);
    put_record(RECORD_PATCH, patch->index, 0u, values, sizeof values);
    network_scores_f32(scores);
    put_record(RECORD_SCORES, patch->index, 0u, scores, sizeof scores);
}

#if M2M_TAPS
void network_tap(uint32_t operator_index, uint32_t row, const void *values, uint32_t bytes) {
    put_record(RECORD_LAYER, operator_index, row, values, bytes);
}
#endif

int main(void) {
    static struct listener listener;
    uint32_t frames = 0u;
    struct listener_clip clip;
    const struct listener_events events = {
        .context = &frames, .on_frame = on_frame, .on_patch = on_patch};

    mps2_open_records();
    for (uint32_t turn = 0u; turn < 8u; turn++) {
        calibration_1();
        calibration_7();
    }
    calibration_loop(CALIBRATION_TURNS);

    listener_begin(&listener, &events);
    const int16_t *samples = mps2_data_start;
    while (samples < mps2_data_end) {
        const uint32_t left = (uint32_t)(mps2_data_end - samples);
        const uint32_t count = left < CHUNK_SAMPLES ? left : CHUNK_SAMPLES;
        if (listener_push_q15(&listener, samples, count) < 0) {
            return MPS2_EXIT_LISTENER;
        }
        samples += count;
    }
    if (listener_end(&listener, &clip) < 0) {
        return MPS2_EXIT_LISTENER;
    }
    put_record(RECORD_CLIP, 0u, 0u, &clip, sizeof clip);
    mps2_write_records(records, records_bytes);

    uint32_t calls_count;
    const struct metered_call *calls = meter_calls(&calls_count);
    const struct record head = {.kind = RECORD_CALLS, .bytes = calls_count * sizeof *calls};
    mps2_write_records(&head, sizeof head);
    mps2_write_records(calls, head.bytes);
    return MPS2_EXIT_DONE;
}
