/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware's static variables, as they are before its first instruction. */
#ifndef FUZZ_STATE_H
#define FUZZ_STATE_H

/* Sets them back, so that a run knows nothing of those before it. */
void state_restore(void);

#endif
