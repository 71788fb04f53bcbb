/* SPDX-License-Identifier: Apache-2.0 */
#include "library/continuous.h"

#include <stddef.h>
#include <string.h>

#include "frontend/frontend.h"

_Static_assert(CONTINUOUS_FILL_HOPS <= PATCH_STEP_FRAMES,
               "a patch is filled before a step of the next segment can be silent");

/* The listener's frames and sums are of a clip that ends; here neither may grow without end. */
static void keep_counts_small(struct listener_clip *clip) {
    memset(clip->score_sums, 0, sizeof clip->score_sums);
    clip->frames = PATCH_KEPT_FRAMES + clip->frames % PATCH_KEPT_FRAMES; /* the same rows */
    clip->patches = 1u;
}

static void take_patch(void *context, const struct listener_patch *patch) {
    struct continuous *self = context;
    const struct continuous_patch told = {
        .sample = self->patch_end, .index = self->patch_index, .scores = patch->scores};

    self->patch_index++;
    keep_counts_small(&self->listener.clip);
    if (self->callbacks.on_patch != NULL) {
        self->callbacks.on_patch(self->callbacks.context, &told);
    }
    events_step(&self->events, patch->scores, self->patch_end);
}

static void pass_event(void *context, const struct event *event) {
    const struct continuous *self = context;
    if (self->callbacks.on_event != NULL) {
        self->callbacks.on_event(self->callbacks.context, event);
    }
}

/* All steps without a frame up to that sample. */
static void take_silence(struct continuous *self, uint64_t until) {
    while (until >= self->silence_begin + CONTINUOUS_STEP_SAMPLES) {
        self->silence_begin += CONTINUOUS_STEP_SAMPLES;
        if (self->callbacks.on_step != NULL) {
            self->callbacks.on_step(self->callbacks.context, self->silence_begin);
        }
        events_step(&self->events, NULL, self->silence_begin);
    }
}

/* Whether there are frames of which the network has not answered the first patch. */
static bool is_unanswered(const struct continuous *self) {
    const struct listener_clip *clip = &self->listener.clip;
    return self->filling || self->waiting_count > 0u || (clip->frames > 0u && clip->patches == 0u);
}

/* A frame passed the gate, which ends with the newest sample: silence before it is over. */
static void end_silence(struct continuous *self) {
    const uint64_t before = self->samples > MEL_HOP_SAMPLES ? self->samples - MEL_HOP_SAMPLES : 0u;
    self->heard = true;
    self->heard_end = self->samples;
    if (!self->filling) {
        take_silence(self, before);
        self->silence_begin = self->samples;
    } else if (!self->resumed) {
        self->resumed = true;
        self->silence_end = before;
    }
}

static void put_waiting(struct continuous *self, const int8_t *frame) {
    const uint32_t place = (self->waiting_first + self->waiting_count) % CONTINUOUS_FILL_HOPS;
    self->waiting[place].end = (uint32_t)self->samples;
    memcpy(self->waiting[place].values, frame, NETWORK_BANDS);
    self->waiting_count++;
}

static int take_frame(void *context, const int8_t frame[MEL_FEATURES]) {
    struct continuous *self = context;
    end_silence(self);
    if (self->callbacks.on_frame != NULL) {
        self->callbacks.on_frame(self->callbacks.context, frame);
    }
    if (self->filling || self->waiting_count > 0u) {
        put_waiting(self, frame);
        return LISTENER_OK;
    }
    self->patch_end = self->samples;
    return listener_take_frame(&self->listener, frame);
}

/* Give the listener the frames that waited for the fill, oldest first, some of them. */
static int take_waiting(struct continuous *self) {
    int error = LISTENER_OK;
    for (uint32_t turn = 0u; turn < CONTINUOUS_PUSHES && self->waiting_count > 0u; turn++) {
        const struct continuous_frame *frame = &self->waiting[self->waiting_first];
        const uint32_t age = (uint32_t)self->samples - frame->end;
        self->patch_end = self->samples - age;
        error = listener_take_frame(&self->listener, frame->values);
        if (error < 0) {
            break;
        }
        self->waiting_first = (self->waiting_first + 1u) % CONTINUOUS_FILL_HOPS;
        self->waiting_count--;
    }
    return error;
}

/* The patch of a segment that gave none: repeat its frames, some of them. */
static int fill_patch(struct continuous *self) {
    for (uint32_t turn = 0u; turn < CONTINUOUS_PUSHES; turn++) {
        const int error = listener_repeat_frame(&self->listener);
        if (error < 0) {
            return error;
        }
        if (self->listener.clip.patches > 0u) { /* and its step was taken */
            self->filling = false;
            take_silence(self, self->resumed ? self->silence_end : self->samples);
            if (self->resumed) {
                self->silence_begin = self->heard_end;
            }
            listener_restart(&self->listener);
            break;
        }
    }
    return LISTENER_OK;
}

static void begin_segment(struct continuous *self) {
    self->segment_begin = self->samples;
    self->frame_end = self->samples + (MEL_FRAME_SAMPLES - MEL_PADDING_SAMPLES);
}

/* The gate has been closed for so long that what comes next is another sound. */
static int end_segment(struct continuous *self) {
    self->filled_begin = self->segment_begin;
    frontend_reset(&self->listener.frontend);
    begin_segment(self);
    if (self->listener.clip.patches > 0u) {
        listener_restart(&self->listener);
        return LISTENER_OK;
    }
    self->filling = true;
    self->resumed = false;
    return fill_patch(self);
}

/* A frame has ended with the newest sample; `heard`: the gate has let it pass. */
static int finish_hop(struct continuous *self, bool heard) {
    int error = LISTENER_OK;
    self->frame_end += MEL_HOP_SAMPLES;
    if (self->filling) {
        error = fill_patch(self);
    } else if (self->waiting_count > 0u) {
        error = take_waiting(self);
    } else if (!heard && self->listener.clip.frames > 0u &&
               self->samples - self->heard_end >= CONTINUOUS_END_SAMPLES) {
        error = end_segment(self);
    }
    if (!heard && !is_unanswered(self)) {
        take_silence(self, self->samples);
    }
    return error;
}

void continuous_begin(struct continuous *self, const struct continuous_callbacks *callbacks) {
    const struct listener_events of_listener = {.context = self, .on_patch = take_patch};
    const struct event_sink sink = {.context = self, .on_event = pass_event};

    memset(self, 0, sizeof *self);
    self->callbacks = *callbacks;
    listener_begin(&self->listener, &of_listener);
    events_begin(&self->events, &event_rule, &sink);
    begin_segment(self);
}

int continuous_push_q15(struct continuous *self, const int16_t *samples, uint32_t count) {
    while (count > 0u) {
        const uint64_t missing = self->frame_end - self->samples;
        const uint32_t taken = missing < count ? (uint32_t)missing : count;
        self->samples += taken;
        self->heard = false;
        int error = frontend_push_q15(&self->listener.frontend, samples, taken, take_frame, self);
        if (error == LISTENER_OK && self->samples == self->frame_end) {
            error = finish_hop(self, self->heard);
        }
        if (error < 0) {
            return error;
        }
        samples += taken;
        count -= taken;
    }
    return LISTENER_OK;
}
