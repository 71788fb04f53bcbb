/* SPDX-License-Identifier: Apache-2.0 */
/* Stand-in: words come from the test. */
#ifndef PORT_MICROPHONE_H
#define PORT_MICROPHONE_H

#include <stdbool.h>
#include <stdint.h>

void microphone_begin(void);
uint32_t microphone_span(const int32_t **words);
void microphone_consume(uint32_t count);
bool microphone_pending(void);
uint32_t microphone_take_overruns(void);

const volatile uint32_t *microphone_damaged_canary(void);

#endif
