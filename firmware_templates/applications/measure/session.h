/* SPDX-License-Identifier: Apache-2.0 */
/* The conversation with the host: HELLO, clips, results, refusals. */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include <stdbool.h>

#include "app/self_report.h"

void session_begin(const struct start_facts *facts);

/* Takes one message and does all that it asks for. Returns false if none waited. */
bool session_step(void);

#endif
