/* SPDX-License-Identifier: Apache-2.0 */
#include "host/host_continuous.h"

#include <stddef.h>
#include <string.h>

static struct continuous continuous;
static struct host_record *recording;

static void record_frame(void *context, const int8_t *frame) {
    (void)context;
    const uint32_t place = recording->frames_count++;
    if (place < recording->frames_capacity) {
        memcpy(recording->frames + (size_t)place * NETWORK_BANDS, frame, NETWORK_BANDS);
    }
}

static void record_step(const struct host_step *step) {
    const uint32_t place = recording->steps_count++;
    if (place < recording->steps_capacity) {
        recording->steps[place] = *step;
    }
}

static void record_patch(void *context, const struct continuous_patch *patch) {
    (void)context;
    struct host_step step = {
        .sample = patch->sample,
        .segment_begin = continuous.filling ? continuous.filled_begin : continuous.segment_begin,
        .index = patch->index,
    };
    memcpy(step.scores, patch->scores, NETWORK_CLASSES);
    record_step(&step);
}

static void record_silence(void *context, uint64_t sample) {
    (void)context;
    const struct host_step step = {.sample = sample, .silent = 1u};
    record_step(&step);
}

static void record_event(void *context, const struct event *event) {
    (void)context;
    const uint32_t place = recording->events_count++;
    if (place < recording->events_capacity) {
        recording->events[place] = *event;
    }
}

void host_continuous_begin(uint64_t sample, uint32_t patches) {
    const struct continuous_callbacks callbacks = {
        .on_frame = record_frame,
        .on_patch = record_patch,
        .on_step = record_silence,
        .on_event = record_event,
    };
    continuous_begin(&continuous, &callbacks);
    continuous.samples += sample;
    continuous.segment_begin += sample;
    continuous.frame_end += sample;
    continuous.heard_end += sample;
    continuous.silence_begin += sample;
    continuous.patch_index += patches;
}

void host_continuous_age(uint32_t frames) {
    struct listener *listener = &continuous.listener;
    listener->clip.samples += frames * MEL_HOP_SAMPLES;
    listener->frontend.frames += frames;
    listener->frontend.gated_frames += frames;
    listener->reported_gated_samples += frames * MEL_HOP_SAMPLES;
    listener->patch.index += frames;
    listener->patch.first_frame += frames;
    for (uint32_t label = 0u; label < NETWORK_CLASSES; label++) {
        listener->clip.score_sums[label] = INT32_MIN + 128; /* one more patch has room */
    }
}

uint32_t host_continuous_frames(void) {
    return continuous.listener.clip.frames;
}

uint32_t host_continuous_patch_frames(void) {
    return continuous.listener.patch_frames;
}

int32_t host_continuous_push_q15(const int16_t *samples, uint32_t count, uint32_t piece,
                                 struct host_record *record) {
    recording = record;
    while (count > 0u) {
        const uint32_t taken = piece > 0u && piece < count ? piece : count;
        const int error = continuous_push_q15(&continuous, samples, taken);
        if (error < 0) {
            return error;
        }
        samples += taken;
        count -= taken;
    }
    return 0;
}
