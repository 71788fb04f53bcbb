/* SPDX-License-Identifier: Apache-2.0 */
/* The fuzzer's input as a tape: numbers and bytes are taken from it, zeros come after its end. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

/* Engines give it to every target (libFuzzer's name for it). */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

struct input {
    const uint8_t *bytes;
    size_t left;
};

static inline uint8_t input_u8(struct input *self) {
    if (self->left == 0u) {
        return 0u;
    }
    self->left--;
    return *self->bytes++;
}

static inline uint16_t input_u16(struct input *self) {
    const uint16_t low = input_u8(self);
    return (uint16_t)(low | input_u8(self) << 8);
}

static inline uint32_t input_u32(struct input *self) {
    const uint32_t low = input_u16(self);
    return low | (uint32_t)input_u16(self) << 16;
}

/* At most `count` bytes, in place; returns how many there are. */
static inline uint32_t input_take(struct input *self, uint32_t count, const uint8_t **bytes) {
    const uint32_t taken = self->left < count ? (uint32_t)self->left : count;
    *bytes = self->bytes;
    self->bytes += taken;
    self->left -= taken;
    return taken;
}

#endif
