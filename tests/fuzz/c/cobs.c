/* SPDX-License-Identifier: Apache-2.0 */
/* app/cobs.c: any bytes are decoded as an independent decoder does it, in whatever pieces they
 * come; any bytes are encoded so that they come back, without a zero and no longer than promised.
 */
#include "app/cobs.h"

#include <string.h>

#include "frames.h"
#include "input.h"
#include "require.h"

#define MOST_BYTES 3000u

/* The next piece's length: 1 to 64, or all of it. */
static uint32_t piece_of(struct input *cuts, uint32_t left) {
    const uint32_t wanted = input_u8(cuts);
    const uint32_t piece = wanted < 64u ? wanted + 1u : left;
    return piece < left ? piece : left;
}

static void check_frame(const struct cobs_decoder *decoder, enum cobs_status status,
                        const uint8_t *encoded, uint32_t count, uint32_t limit) {
    uint8_t expected[MOST_BYTES];
    const int32_t length = frames_unstuff(encoded, count, expected, limit);
    REQUIRE((status == COBS_FRAME) == (length >= 0), "a frame is one, or is none");
    REQUIRE(decoder->encoded_bytes == count + 1u, "all bytes up to the delimiter are counted");
    if (length >= 0) {
        REQUIRE(decoder->decoded_bytes == (uint32_t)length, "of the same length");
        REQUIRE(memcmp(decoder->out, expected, (uint32_t)length) == 0, "the same bytes");
    }
}

static void decode(struct input *input) {
    const uint8_t *bytes;
    struct input cuts = *input;
    const uint32_t limit = input_u16(input) % 700u + 1u;
    const uint32_t count = input_take(input, MOST_BYTES, &bytes);
    uint8_t *out = malloc(limit); /* of that size exactly: a byte beyond it is found */
    struct cobs_decoder decoder;
    uint32_t begun = 0u;
    cobs_begin(&decoder, out, limit);
    for (uint32_t at = 0u; at < count;) {
        uint32_t taken = UINT32_MAX;
        const uint32_t piece = piece_of(&cuts, count - at);
        const enum cobs_status status = cobs_decode(&decoder, &bytes[at], piece, &taken);
        REQUIRE(taken <= piece && taken > 0u, "bytes of the piece are taken");
        at += taken;
        if (status == COBS_MORE) {
            REQUIRE(taken == piece, "all of them, where no frame ended");
            REQUIRE(memchr(&bytes[begun], 0, at - begun) == NULL, "a delimiter ends a frame");
            continue;
        }
        REQUIRE(bytes[at - 1u] == 0u, "a frame ends with its delimiter");
        check_frame(&decoder, status, &bytes[begun], at - 1u - begun, limit);
        begun = at;
        cobs_begin(&decoder, out, limit);
    }
    free(out);
}

static uint8_t *encoded;
static uint32_t encoded_limit;
static uint32_t final_bytes; /* the encoder has said that these stay as they are */

static void place(uint32_t at, uint8_t byte) {
    REQUIRE(at < encoded_limit, "a frame is no longer than promised");
    REQUIRE(at >= final_bytes, "what is final is not written again");
    encoded[at] = byte;
}

static void encode(struct input *input) {
    const uint8_t *bytes;
    struct input cuts = *input;
    const uint32_t count = input_take(input, MOST_BYTES, &bytes);
    uint8_t decoded[MOST_BYTES];
    struct cobs_encoder encoder;
    encoded_limit = COBS_ENCODED_BYTES(count) + 2u; /* the delimiter, and a byte for no bytes */
    encoded = malloc(encoded_limit);
    final_bytes = 0u;
    cobs_encode_begin(&encoder, place);
    for (uint32_t at = 0u; at < count;) {
        const uint32_t piece = piece_of(&cuts, count - at);
        cobs_encode(&encoder, &bytes[at], piece);
        at += piece;
        REQUIRE(encoder.code_at >= final_bytes, "what is final grows");
        REQUIRE(encoder.next - encoder.code_at <= COBS_RUN_BYTES, "no more is held back");
        final_bytes = encoder.code_at;
    }
    const uint32_t length = cobs_encode_end(&encoder);
    REQUIRE(length <= encoded_limit, "the length is that of what was placed");
    REQUIRE(memchr(encoded, 0, length) == &encoded[length - 1u], "its only zero is the delimiter");
    REQUIRE(frames_unstuff(encoded, length - 1u, decoded, count) == (int32_t)count,
            "it comes back");
    REQUIRE(count == 0u || memcmp(decoded, bytes, count) == 0, "it comes back the same");
    free(encoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    struct input input = {bytes, count};
    if ((input_u8(&input) & 1u) != 0u) {
        encode(&input);
    } else {
        decode(&input);
    }
    return 0;
}
