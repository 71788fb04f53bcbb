/* SPDX-License-Identifier: Apache-2.0 */
/* What only the debug variant can do: show operator outputs (TAP_SELECT, TAP), take mel frames
 * (FRAMES). */
#ifndef APP_TAPS_H
#define APP_TAPS_H

#include <stdbool.h>
#include <stdint.h>

#if M2M_TAPS

#include "app/wire.h"

/* Chooses operators for all taps from now on: bit n % 8 of byte n / 8 is operator n. */
void taps_select(const uint8_t operator_mask[WIRE_TAP_MASK_BYTES]);

/* Counts patches from 0 again and lets taps out, or not. */
void taps_begin(bool wanted);

/* The next rows belong to the next patch. */
void taps_next_patch(void);

/* Frames past the front-end: feeds `count` frames of patch `patch_id`, of which `first_frame` is
 * the first. Answers PATCH_RESULT after the last one of the patch. Returns 0 or an enum
 * wire_refusal, then with its detail. */
uint16_t taps_take_frames(uint32_t patch_id, uint32_t first_frame, const int8_t *frames,
                          uint32_t count, uint32_t *detail);

/* A patch begun by FRAMES is forgotten. */
void taps_drop_frames(void);

#endif

#endif
