/* SPDX-License-Identifier: Apache-2.0 */
/* The four functions that GCC may call even in freestanding code (GCC manual, "Standards"). */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *left, const void *right, size_t count);

typedef uint32_t __attribute__((may_alias, aligned(1))) unaligned_word;

/* Copies words wherever they are: the core loads and stores single words at any address. */
__attribute__((optimize("no-tree-loop-distribute-patterns"))) void *
memcpy(void *restrict to, const void *restrict from, size_t count) {
    uint8_t *out = to;
    const uint8_t *in = from;
    for (; count >= 4u; count -= 4u) {
        *(unaligned_word *)out = *(const unaligned_word *)in;
        out += 4;
        in += 4;
    }
    for (; count != 0u; count--) {
        *out++ = *in++;
    }
    return to;
}

__attribute__((optimize("no-tree-loop-distribute-patterns"))) void *
memmove(void *to, const void *from, size_t count) {
    uint8_t *out = to;
    const uint8_t *in = from;
    if ((uintptr_t)out - (uintptr_t)in >= count) {
        /* Upwards: what is written is below what is still to be read, or apart from it. */
        for (; count >= 4u; count -= 4u) {
            *(unaligned_word *)out = *(const unaligned_word *)in;
            out += 4;
            in += 4;
        }
        for (; count != 0u; count--) {
            *out++ = *in++;
        }
    } else {
        while (count != 0u) {
            count--;
            out[count] = in[count];
        }
    }
    return to;
}

__attribute__((optimize("no-tree-loop-distribute-patterns"))) void *memset(void *to, int value,
                                                                           size_t count) {
    uint8_t *out = to;
    const uint32_t word = 0x01010101u * (uint8_t)value;
    for (; count >= 4u; count -= 4u) {
        *(unaligned_word *)out = word;
        out += 4;
    }
    for (; count != 0u; count--) {
        *out++ = (uint8_t)value;
    }
    return to;
}

int memcmp(const void *left, const void *right, size_t count) {
    const uint8_t *a = left;
    const uint8_t *b = right;
    for (; count != 0u; count--, a++, b++) {
        if (*a != *b) {
            return *a < *b ? -1 : 1;
        }
    }
    return 0;
}
