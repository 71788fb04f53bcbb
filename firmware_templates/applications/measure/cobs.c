/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cobs.h"

#define LONGEST_RUN 0xFFu

void cobs_encode_begin(struct cobs_encoder *self, cobs_place_fn place) {
    *self = (struct cobs_encoder){.place = place, .next = 1u, .code = 1u};
}

static void end_run(struct cobs_encoder *self) {
    self->place(self->code_at, self->code);
    self->code_at = self->next++;
    self->code = 1u;
}

void cobs_encode(struct cobs_encoder *self, const uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0u; i < count; i++) {
        if (self->code == LONGEST_RUN) {
            end_run(self);
        }
        if (bytes[i] != 0u) {
            self->place(self->next++, bytes[i]);
            self->code++;
        } else {
            end_run(self);
        }
    }
}

uint32_t cobs_encode_end(struct cobs_encoder *self) {
    self->place(self->code_at, self->code);
    self->place(self->next++, 0u);
    return self->next;
}

void cobs_begin(struct cobs_decoder *self, uint8_t *out, uint32_t limit) {
    *self = (struct cobs_decoder){.out = out, .limit = limit};
}

static void append(struct cobs_decoder *self, uint8_t byte) {
    if (self->decoded_bytes == self->limit) {
        self->overflow = true;
        return;
    }
    self->out[self->decoded_bytes++] = byte;
}

enum cobs_status cobs_decode(struct cobs_decoder *self, const uint8_t *bytes, uint32_t count,
                             uint32_t *taken) {
    for (uint32_t i = 0u; i < count; i++) {
        const uint8_t byte = bytes[i];
        self->encoded_bytes++;
        if (byte == 0u) {
            *taken = i + 1u;
            const bool whole = self->run_left == 0u && !self->overflow;
            return whole ? COBS_FRAME : COBS_DAMAGED;
        }
        if (self->run_left != 0u) {
            self->run_left--;
            append(self, byte);
            continue;
        }
        if (self->zero_due) {
            append(self, 0u);
        }
        self->run_left = (uint8_t)(byte - 1u);
        self->zero_due = byte != LONGEST_RUN;
    }
    *taken = count;
    return COBS_MORE;
}
