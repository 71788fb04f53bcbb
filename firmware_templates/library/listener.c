/* SPDX-License-Identifier: Apache-2.0 */
#include "library/listener.h"

#include <string.h>

#include "library/cycles.h"

#if MEL_FEATURES != NETWORK_BANDS
#error "the network does not take the front-end's values of a frame"
#endif

static uint32_t smaller_u32(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* Cycles since the last call of this function. */
static uint32_t lap_cycles(struct listener *self) {
    const uint32_t now = cycle_counter_now();
    const uint32_t cycles = now - self->cycles_mark;
    self->cycles_mark = now;
    return cycles;
}

static void finish_patch(struct listener *self) {
    struct listener_patch *patch = &self->patch;
    const uint32_t gated_samples = self->frontend.gated_frames * MEL_HOP_SAMPLES;

    patch->gated_samples = gated_samples - self->reported_gated_samples;
    self->reported_gated_samples = gated_samples;
    memcpy(patch->scores, network_scores_s8(), sizeof patch->scores);
    if (self->clip.patches < LISTENER_SUMMED_PATCHES) {
        for (uint32_t label = 0u; label < NETWORK_CLASSES; label++) {
            self->clip.score_sums[label] += patch->scores[label];
        }
        self->clip.patches++;
    }
    if (self->events.on_patch != NULL) {
        self->events.on_patch(self->events.context, patch);
    }

    patch->index++;
    patch->first_frame += PATCH_STEP_FRAMES;
    patch->network_cycles = 0u;
    patch->frontend_cycles = 0u;
    self->patch_frames = 0u;
    self->waiting_frames = PATCH_OVERLAP_FRAMES;
}

static void tell_of_network(const struct listener *self, bool begins) {
    if (self->events.on_network != NULL) {
        self->events.on_network(self->events.context, begins);
    }
}

/* Give the network the frame of that index, one of the recent ones. */
static int push_recent_frame(struct listener *self, uint32_t frame) {
    tell_of_network(self, true);
    (void)lap_cycles(self);
    if (self->patch_frames == 0u) {
        network_begin();
    }
    const int status = network_push_frame_s8(self->recent[frame % PATCH_KEPT_FRAMES]);
    const uint32_t cycles = lap_cycles(self);
    self->patch.network_cycles += cycles;
    self->patch.answer_cycles += cycles;
    tell_of_network(self, false);
    if (status < 0) {
#ifdef NETWORK_ENGINE_ERROR
        return status; /* the host shows the engine's own code */
#else
        return LISTENER_ERROR_NETWORK;
#endif
    }
    self->patch_frames++;
    if (status == NETWORK_READY) {
        finish_patch(self);
    }
    return LISTENER_OK;
}

int listener_take_frame(void *context, const int8_t frame[NETWORK_BANDS]) {
    struct listener *self = context;
    const uint32_t frontend_cycles = lap_cycles(self);
    self->patch.frontend_cycles += frontend_cycles;
    self->patch.answer_cycles = frontend_cycles; /* the last frame of the patch leaves its own */

    memcpy(self->recent[self->clip.frames % PATCH_KEPT_FRAMES], frame, NETWORK_BANDS);
    self->clip.frames++;
    self->waiting_frames++;
    if (self->events.on_frame != NULL) {
        self->events.on_frame(self->events.context, frame);
    }

    const uint32_t turns = smaller_u32(self->waiting_frames, PATCH_PUSHES);
    for (uint32_t turn = 0u; turn < turns; turn++) {
        const uint32_t oldest = self->clip.frames - self->waiting_frames--;
        const int error = push_recent_frame(self, oldest);
        if (error < 0) {
            return error;
        }
    }
    (void)lap_cycles(self);
    return LISTENER_OK;
}

void listener_begin(struct listener *self, const struct listener_events *events) {
    memset(self, 0, sizeof *self);
    self->events = *events;
    frontend_reset(&self->frontend);
#ifdef NETWORK_KEEPS_STATE
    network_reset();
#endif
}

void listener_restart(struct listener *self) {
    memset(&self->clip, 0, sizeof self->clip);
    memset(&self->patch, 0, sizeof self->patch);
    self->patch_frames = 0u;
    self->waiting_frames = 0u;
    self->reported_gated_samples = 0u;
#ifdef NETWORK_KEEPS_STATE
    network_reset();
#endif
}

int listener_push_q15(struct listener *self, const int16_t *samples, uint32_t count) {
    (void)lap_cycles(self);
    self->clip.samples += count;
    const int error = frontend_push_q15(&self->frontend, samples, count, listener_take_frame, self);
    self->patch.frontend_cycles += lap_cycles(self);
    return error;
}

/*
 * A clip without a complete patch: repeat its last frames, as many as are kept, until the patch is
 * full. Measured against silence, holding and mirroring in docs/adr/0003-silence-gate.md.
 */
static int fill_patch(struct listener *self) {
    const uint32_t frames = self->clip.frames;
    const uint32_t kept = smaller_u32(frames, PATCH_KEPT_FRAMES);

    self->patch.answer_cycles = 0u;
    for (uint32_t repeat = 0u; self->clip.patches == 0u; repeat++) {
        const int error = push_recent_frame(self, frames - kept + repeat % kept);
        if (error < 0) {
            return error;
        }
    }
    return LISTENER_OK;
}

int listener_repeat_frame(struct listener *self) {
    const uint32_t frames = self->clip.frames;
    const uint32_t kept = smaller_u32(frames, PATCH_KEPT_FRAMES);
    const uint32_t repeat = self->patch_frames - frames; /* the network has taken all of them */
    return push_recent_frame(self, frames - kept + repeat % kept);
}

int listener_end(struct listener *self, struct listener_clip *clip) {
    int error = LISTENER_OK;
#if MEL_PADDING_SAMPLES > 0
    (void)lap_cycles(self);
    error = frontend_end(&self->frontend, listener_take_frame, self);
#endif
    if (error == LISTENER_OK && self->clip.patches == 0u && self->clip.frames > 0u) {
        error = fill_patch(self);
    }
    self->clip.gated_samples = self->frontend.gated_frames * MEL_HOP_SAMPLES;
    decision_make(&decision_rule, self->clip.score_sums, self->clip.patches, &self->clip.decision);
    *clip = self->clip;
    return error;
}
