/* SPDX-License-Identifier: Apache-2.0 */
/* What answers.c (what is due) and sent.c (what comes) know of the session together. */
#ifndef FUZZ_ANSWERS_STATE_H
#define FUZZ_ANSWERS_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "app/wire.h"
#include "net.h"

enum state {
    NO_CLIP,
    DROPPED,
    OPEN,
    HELD,
};

/* Of the message that was received last. */
struct due {
    uint8_t type; /* that answers it once; 0: none does */
    bool came;
    bool patches;  /* PATCH_RESULT, FEATURES and TAP may come */
    bool is_frame; /* they are of FRAMES */
    struct wire_refused refused;
    bool weights_may_be_told; /* a long clip has them looked at now and then */
    uint32_t nonce;
    struct wire_resumed resumed;
};

struct answers {
    enum state state;
    struct due due;
    uint32_t clip_id;
    uint32_t samples;
    uint32_t checksum;
    bool features;
    uint32_t features_sent;
    uint32_t patches_sent;
    int32_t sums[NETWORK_CLASSES];
    uint32_t next_frame; /* of FRAMES */
    uint32_t patch_id;
    uint8_t selected[WIRE_TAP_MASK_BYTES];
    bool started; /* HELLO was sent at the start */
    bool damaged; /* the weights were found so, at some time */
    uint32_t damaged_crc;
};

extern struct answers session;

/* The clip is dropped, with what else waits for more. */
void answers_drop(void);

/* The firmware looks at its weights now: whether it has always found them right. */
bool answers_look_at_weights(void);

#endif
