/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBRARY_LISTENER_H
#define LIBRARY_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include "library/decision.h"
#include "library/patches.h"
#include "frontend/frontend.h"
#include "network/network.h"

/*
 * The listener: a clip's samples in, the network's scores out.
 *
 *     samples -> front-end -> frames -> patches -> scores -> clip sums -> decision
 *
 * A patch is NETWORK_FRAMES frames, one every PATCH_STEP_FRAMES. Patches overlap, but there is one
 * network: the frames of the overlap are kept and pushed again, one by one between the new ones,
 * so that the work of no single frame is much larger than that of the others.
 *
 * A clip may be as long as one likes. Counts of samples and frames are modulo 2^32, which 16,000
 * samples a second reach in 3 days and 100 frames a second in 497.
 */

/* So many patches a clip's sums and its decision take, and no more: 128 times as much is an
 * int32_t. At 0.72 s a patch that is 139 days; the listener itself goes on without end. */
#define LISTENER_SUMMED_PATCHES (INT32_MAX / 128u)

enum listener_status {
    LISTENER_OK = 0,
    LISTENER_ERROR_NETWORK = -100, /* the network refused a frame: it was begun by someone else */
};

struct listener_patch {
    uint32_t index;         /* of the patch in the clip */
    uint32_t first_frame;   /* index of its first frame among the clip's frames */
    uint32_t gated_samples; /* dropped by the gate since the previous patch */
    int8_t scores[NETWORK_CLASSES];
    uint32_t network_cycles;  /* its NETWORK_FRAMES frames through the network */
    uint32_t frontend_cycles; /* samples to frames since the previous patch, gate included */
    uint32_t answer_cycles;   /* from its last frame's last sample to the scores */
};

struct listener_clip {
    uint32_t samples;
    uint32_t gated_samples;
    uint32_t frames;
    uint32_t patches; /* that are in the sums */
    int32_t score_sums[NETWORK_CLASSES];
    struct decision decision;
};

struct listener_events {
    void *context;
    void (*on_frame)(void *context, const int8_t *frame);                /* may be NULL */
    void (*on_patch)(void *context, const struct listener_patch *patch); /* may be NULL */
    void (*on_network)(void *context, bool begins); /* around each frame's work; may be NULL */
};

struct listener {
    struct frontend frontend;
    struct listener_events events;
    struct listener_clip clip;
    struct listener_patch patch; /* the one being filled */
    uint32_t patch_frames;       /* frames of it that the network has taken */
    uint32_t waiting_frames;     /* newest frames that the network has not taken yet */
    uint32_t reported_gated_samples;
    uint32_t cycles_mark;                            /* end of the work accounted for last */
    int8_t recent[PATCH_KEPT_FRAMES][NETWORK_BANDS]; /* frame i in row i % PATCH_KEPT_FRAMES */
};

/* Begin a clip: forget everything. The events are copied. */
void listener_begin(struct listener *self, const struct listener_events *events);

/* Take `count` samples, any number. Returns 0 or a negative error. */
int listener_push_q15(struct listener *self, const int16_t *samples, uint32_t count);

/* End the clip and sum it up. Returns 0 or a negative error. */
int listener_end(struct listener *self, struct listener_clip *clip);

/*
 * For who drives the front-end and cuts the clips (library/continuous.c). A frame, as frontend.h
 * hands it on; the context is the listener.
 */
int listener_take_frame(void *context, const int8_t frame[NETWORK_BANDS]);

/* Repeat one of the clip's last frames: of a clip that has frames, but no patch yet. */
int listener_repeat_frame(struct listener *self);

/* Begin a clip, but leave the front-end as it is. */
void listener_restart(struct listener *self);

#endif
