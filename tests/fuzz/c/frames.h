/* SPDX-License-Identifier: Apache-2.0 */
/* The host's end of the wire format, written from docs/adr/0004-wire-format.md and not from the
 * firmware: whole frames at once. */
#ifndef FUZZ_FRAMES_H
#define FUZZ_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#define FRAMES_LONGEST 4096u /* bytes of a frame, as it is on the line */

/* Removes the stuffing of `count` bytes, which have no zero among them. Returns the bytes that are
 * left, or -1: the frame is cut short, or has more than `limit`. */
int32_t frames_unstuff(const uint8_t *in, uint32_t count, uint8_t *out, uint32_t limit);

/* Stuffs `count` bytes; returns how many come of them, without the delimiter. */
uint32_t frames_stuff(const uint8_t *in, uint32_t count, uint8_t *out);

uint32_t frames_crc32(const uint8_t *bytes, uint32_t count);

/* Stuffs `count` bytes, 1060 at most, and their CRC; returns the bytes with the delimiter. */
uint32_t frames_close(const uint8_t *bytes, uint32_t count, uint8_t *out);

/* A frame with its delimiter, of 1040 bytes of payload at most; returns its length. */
uint32_t frames_encode(uint8_t type, uint8_t sequence, const uint8_t *payload, uint32_t count,
                       uint8_t *out);

/* Whether unstuffed bytes have a header and end with their CRC. */
bool frames_is_whole(const uint8_t *bytes, int32_t count);

#endif
