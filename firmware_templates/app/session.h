/* SPDX-License-Identifier: Apache-2.0 */
/* The conversation with the host: greetings, clips, results, refusals. */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include <stdbool.h>
#include <stdint.h>

/* What HELLO tells and only the start of the program knows. */
struct session_facts {
    uint8_t firmware_sha256[32];
    uint32_t core_clock_hz;
    uint32_t reset_flags;
    uint32_t wait_given_up; /* enum wire_wait: of the start before this one */
};

void session_begin(const struct session_facts *facts);

/* Takes one message and does all that it asks for. Returns false if none waited. */
bool session_step(void);

#endif
