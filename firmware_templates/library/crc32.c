/* SPDX-License-Identifier: Apache-2.0 */
#include "library/crc32.h"

/* The core loads a word at any address. */
typedef uint32_t __attribute__((may_alias, aligned(1))) unaligned_word;

/* Remainders of the 16 nibbles for the reflected polynomial 0xEDB88320. */
static const uint32_t nibble_remainder[16] = {
    0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu, 0x76dc4190u, 0x6b6b51f4u,
    0x4db26158u, 0x5005713cu, 0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu,
    0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu,
};

static inline uint32_t two_nibbles(uint32_t crc) {
    crc = (crc >> 4) ^ nibble_remainder[crc & 15u];
    return (crc >> 4) ^ nibble_remainder[crc & 15u];
}

/* Words as far as there are whole ones: their first byte is the lowest (little endian), and that is
 * the one that the reflected polynomial takes first. */
uint32_t crc32_update(uint32_t crc, const uint8_t *bytes, uint32_t count) {
    crc = ~crc;
    for (; count >= 4u; count -= 4u) {
        crc ^= *(const unaligned_word *)bytes;
        crc = two_nibbles(two_nibbles(two_nibbles(two_nibbles(crc))));
        bytes += 4;
    }
    for (; count != 0u; count--) {
        crc = two_nibbles(crc ^ *bytes++);
    }
    return ~crc;
}
