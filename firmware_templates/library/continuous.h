/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBRARY_CONTINUOUS_H
#define LIBRARY_CONTINUOUS_H

#include <stdbool.h>
#include <stdint.h>

#include "library/listener.h"
#include "library/events.h"

/*
 * Listening without end: samples in; frames, patches and events out.
 *
 *     samples -> front-end -> frames -> listener -> patches -> running decision -> events
 *                                 \-- none for a step: silent --/
 *
 * Sound comes in segments. A segment is to the listener what a clip is in training: samples from
 * where the segment before it ended, with the front-end and its gate reset. It ends when the
 * gate has dropped all frames for CONTINUOUS_END_SAMPLES. If it gave no patch until then, its last
 * frames are repeated as those of a short clip are, CONTINUOUS_PUSHES a hop, never all at once;
 * frames of the next segment wait meanwhile, and catch up as many at a time.
 *
 * Times are in samples since the beginning, and do not depend on how the samples are cut. Those of
 * steps never go back: a silent step behind a segment that is not answered yet waits for it.
 */

/* Frames that the network is given for one hop while it fills a patch or catches up. */
#define CONTINUOUS_PUSHES (PATCH_PUSHES > 2u ? PATCH_PUSHES : 2u)

/* Hops until a patch is filled: no more than the frames of a step. */
#define CONTINUOUS_FILL_HOPS ((NETWORK_FRAMES + CONTINUOUS_PUSHES - 1u) / CONTINUOUS_PUSHES)

/* One second; longer where the frames of the next segment might still wait after it. */
#define CONTINUOUS_SECOND_HOPS ((MEL_SAMPLE_RATE_HZ + MEL_HOP_SAMPLES - 1u) / MEL_HOP_SAMPLES)
#define CONTINUOUS_END_HOPS                                                                        \
    (CONTINUOUS_SECOND_HOPS > 2u * CONTINUOUS_FILL_HOPS ? CONTINUOUS_SECOND_HOPS                   \
                                                        : 2u * CONTINUOUS_FILL_HOPS)
#define CONTINUOUS_END_SAMPLES (CONTINUOUS_END_HOPS * MEL_HOP_SAMPLES)

#define CONTINUOUS_STEP_SAMPLES (PATCH_STEP_FRAMES * MEL_HOP_SAMPLES)

struct continuous_patch {
    uint64_t sample; /* the end of its last frame; of a filled one, of the segment's last frame */
    uint32_t index;  /* since the beginning; it wraps */
    const int8_t *scores;
};

struct continuous_callbacks {
    void *context;
    void (*on_frame)(void *context, const int8_t *frame);                  /* may be NULL */
    void (*on_patch)(void *context, const struct continuous_patch *patch); /* may be NULL */
    void (*on_step)(void *context, uint64_t sample); /* a silent step's end; may be NULL */
    void (*on_event)(void *context, const struct event *event); /* may be NULL */
};

/* A frame that waits, and the low word of the sample with which it ends. */
struct continuous_frame {
    uint32_t end;
    int8_t values[NETWORK_BANDS];
};

struct continuous {
    struct listener listener;
    struct continuous_callbacks callbacks;
    struct events events;
    uint64_t samples;       /* taken since the beginning */
    uint64_t segment_begin; /* the first sample of the segment that samples belong to */
    uint64_t filled_begin;  /* filling: that of the segment before it */
    uint64_t frame_end;     /* where the next frame ends, whether the gate drops it or not */
    uint64_t heard_end;     /* end of the newest frame that passed the gate */
    uint64_t patch_end;     /* end of the newest frame that the listener has */
    uint64_t silence_begin; /* the silent step that may be next begins here */
    uint64_t silence_end;   /* filling, and the next segment was heard: silence until here */
    uint32_t patch_index;
    bool heard;   /* a frame passed the gate in this hop */
    bool filling; /* the segment has ended, its patch is being filled */
    bool resumed; /* filling: the next segment was heard */
    uint32_t waiting_first;
    uint32_t waiting_count;
    struct continuous_frame waiting[CONTINUOUS_FILL_HOPS]; /* a ring */
};

/* Forget everything and begin at sample 0. The callbacks are copied. */
void continuous_begin(struct continuous *self, const struct continuous_callbacks *callbacks);

/* Take `count` samples, any number. Returns 0, or a negative error: then begin again. */
int continuous_push_q15(struct continuous *self, const int16_t *samples, uint32_t count);

#endif
