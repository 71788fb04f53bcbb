/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cobs.h"

#define LONGEST_RUN 0xFFu

uint32_t cobs_encode(const uint8_t *bytes, uint32_t count, uint8_t *out) {
    uint32_t code_at = 0u;
    uint32_t written = 1u;
    uint8_t code = 1u;
    for (uint32_t i = 0u; i < count; i++) {
        if (bytes[i] != 0u) {
            out[written++] = bytes[i];
            code++;
        }
        if (bytes[i] == 0u || (code == LONGEST_RUN && i + 1u < count)) {
            out[code_at] = code;
            code_at = written++;
            code = 1u;
        }
    }
    out[code_at] = code;
    return written;
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
