/* SPDX-License-Identifier: Apache-2.0 */
#include "mutate.h"

#include <string.h>

#define MOST_CHANGES 8u
#define LONGEST_PIECE 64u

static uint64_t state = 1u;

void mutate_seed(uint64_t seed) {
    state = seed * 0x9E3779B97F4A7C15u + 1u;
}

/* xorshift64*, Marsaglia and Vigna. */
static uint64_t next_number(void) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1Du;
}

uint64_t mutate_below(uint64_t limit) {
    return (next_number() >> 16) % limit;
}

static size_t piece_within(size_t limit) {
    const size_t longest = limit < LONGEST_PIECE ? limit : LONGEST_PIECE;
    return longest == 0u ? 0u : (size_t)mutate_below(longest) + 1u;
}

static size_t insert(uint8_t *bytes, size_t count, size_t limit, const uint8_t *piece,
                     size_t length) {
    const size_t at = (size_t)mutate_below(count + 1u);
    if (length > limit - count) {
        return count;
    }
    memmove(&bytes[at + length], &bytes[at], count - at);
    memcpy(&bytes[at], piece, length);
    return count + length;
}

static size_t remove_piece(uint8_t *bytes, size_t count) {
    const size_t length = piece_within(count - 1u);
    const size_t at = (size_t)mutate_below(count - length + 1u);
    memmove(&bytes[at], &bytes[at + length], count - at - length);
    return count - length;
}

/* A piece of `from` put in, or over what is there. */
static size_t take_piece(uint8_t *bytes, size_t count, size_t limit, const uint8_t *from,
                         size_t from_count) {
    uint8_t piece[LONGEST_PIECE];
    const size_t length = piece_within(from_count);
    memcpy(piece, &from[mutate_below(from_count - length + 1u)], length);
    if (mutate_below(2u) == 0u || length > count) {
        return insert(bytes, count, limit, piece, length);
    }
    memcpy(&bytes[mutate_below(count - length + 1u)], piece, length);
    return count;
}

static size_t change(uint8_t *bytes, size_t count, size_t limit, const uint8_t *other,
                     size_t other_count) {
    static const uint8_t ends[] = {0u, 1u, 0x7Fu, 0x80u, 0xFEu, 0xFFu};
    uint8_t *one = &bytes[mutate_below(count)];
    uint8_t piece[LONGEST_PIECE];
    const size_t length = piece_within(sizeof piece);
    switch (mutate_below(8u)) {
    case 0:
        *one ^= (uint8_t)(1u << mutate_below(8u));
        return count;
    case 1:
        *one = (uint8_t)next_number();
        return count;
    case 2:
        *one = ends[mutate_below(sizeof ends)];
        return count;
    case 3:
        *one = (uint8_t)(*one + mutate_below(17u) + 248u); /* 8 less to 8 more */
        return count;
    case 4:
        return count > 1u ? remove_piece(bytes, count) : count;
    case 5:
        for (size_t i = 0u; i < length; i++) {
            piece[i] = (uint8_t)next_number();
        }
        return insert(bytes, count, limit, piece, length);
    case 6:
        return take_piece(bytes, count, limit, bytes, count);
    default:
        return other_count != 0u ? take_piece(bytes, count, limit, other, other_count) : count;
    }
}

size_t mutate(uint8_t *bytes, size_t count, size_t limit, const uint8_t *other,
              size_t other_count) {
    const uint64_t changes = mutate_below(MOST_CHANGES) + 1u;
    if (count == 0u) {
        bytes[0] = (uint8_t)next_number();
        count = 1u;
    }
    for (uint64_t i = 0u; i < changes; i++) {
        count = change(bytes, count, limit, other, other_count);
    }
    return count;
}
