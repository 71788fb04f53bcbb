/* SPDX-License-Identifier: Apache-2.0 */
#include "frames.h"

#include <string.h>

#define POLYNOMIAL 0xEDB88320u
#define RUN 254u
#define HEADER_BYTES 2u
#define CRC_BYTES 4u
#define LONGEST_BODY 1060u

int32_t frames_unstuff(const uint8_t *in, uint32_t count, uint8_t *out, uint32_t limit) {
    uint32_t length = 0u;
    uint32_t at = 0u;
    while (at < count) {
        const uint32_t run = in[at] - 1u;
        const bool zero_follows = run < RUN && at + 1u + run < count;
        if (at + 1u + run > count || length + run + (zero_follows ? 1u : 0u) > limit) {
            return -1;
        }
        memcpy(&out[length], &in[at + 1u], run);
        length += run;
        if (zero_follows) {
            out[length++] = 0u;
        }
        at += 1u + run;
    }
    return (int32_t)length;
}

uint32_t frames_stuff(const uint8_t *in, uint32_t count, uint8_t *out) {
    uint32_t length = 0u;
    uint32_t at = 0u;
    bool ended_with_zero = true; /* or nothing came yet: a run is due */
    while (at < count || ended_with_zero) {
        uint32_t run = 0u;
        while (at + run < count && in[at + run] != 0u && run < RUN) {
            run++;
        }
        out[length++] = (uint8_t)(run + 1u);
        memcpy(&out[length], &in[at], run);
        length += run;
        at += run;
        ended_with_zero = run < RUN && at < count;
        at += ended_with_zero ? 1u : 0u;
    }
    return length;
}

static uint32_t remainders[256]; /* of each byte */

static uint32_t remainder_of(uint32_t byte) {
    uint32_t remainder = byte;
    for (uint32_t bit = 0u; bit < 8u; bit++) {
        remainder = (remainder >> 1) ^ ((remainder & 1u) != 0u ? POLYNOMIAL : 0u);
    }
    return remainder;
}

uint32_t frames_crc32(const uint8_t *bytes, uint32_t count) {
    uint32_t remainder = 0xFFFFFFFFu;
    for (uint32_t i = 0u; remainders[255] == 0u; i++) {
        remainders[i] = remainder_of(i);
    }
    for (uint32_t i = 0u; i < count; i++) {
        remainder = (remainder >> 8) ^ remainders[(remainder ^ bytes[i]) & 0xFFu];
    }
    return remainder ^ 0xFFFFFFFFu;
}

static void put_u32(uint8_t *out, uint32_t value) {
    for (uint32_t i = 0u; i < 4u; i++) {
        out[i] = (uint8_t)(value >> (8u * i));
    }
}

uint32_t frames_close(const uint8_t *bytes, uint32_t count, uint8_t *out) {
    uint8_t plain[LONGEST_BODY + CRC_BYTES];
    memcpy(plain, bytes, count);
    put_u32(&plain[count], frames_crc32(plain, count));
    const uint32_t length = frames_stuff(plain, count + CRC_BYTES, out);
    out[length] = 0u;
    return length + 1u;
}

uint32_t frames_encode(uint8_t type, uint8_t sequence, const uint8_t *payload, uint32_t count,
                       uint8_t *out) {
    uint8_t body[LONGEST_BODY];
    body[0] = type;
    body[1] = sequence;
    memcpy(&body[HEADER_BYTES], payload, count);
    return frames_close(body, HEADER_BYTES + count, out);
}

bool frames_is_whole(const uint8_t *bytes, int32_t count) {
    uint8_t crc[CRC_BYTES];
    if (count < (int32_t)(HEADER_BYTES + CRC_BYTES)) {
        return false;
    }
    const uint32_t body = (uint32_t)count - CRC_BYTES;
    put_u32(crc, frames_crc32(bytes, body));
    return memcmp(crc, &bytes[body], CRC_BYTES) == 0;
}
