/* SPDX-License-Identifier: Apache-2.0 */
/* A conversation over the line that the input chooses: what the host sends, what becomes of it on
 * the way, and when the firmware has a turn. */
#ifndef FUZZ_CONVERSATION_H
#define FUZZ_CONVERSATION_H

#include <stdbool.h>
#include <stdint.h>

#include "input.h"

/* The target's: a turn of the firmware. False if there was nothing to do. */
typedef bool (*conversation_turn_fn)(void);

/* A part that was just reset, its line begun; the first byte of the input says what kind of host
 * there is. */
void conversation_begin(struct input *input);

/* One thing that happens to the line, by the next bytes of the input. */
void conversation_act(struct input *input, conversation_turn_fn turn);

/* All that is under way arrives, is taken and answered; then the checks of the end. */
void conversation_end(conversation_turn_fn turn);

#endif
