/* SPDX-License-Identifier: Apache-2.0 */
/* What the device says of itself: who it is, what its memory was used for, how it decides. */
#ifndef APP_SELF_REPORT_H
#define APP_SELF_REPORT_H

#include <stdint.h>

#include "core/fault_record.h"

/* What HELLO tells and only the start of the program knows. */
struct start_facts {
    uint8_t firmware_sha256[32];
    uint32_t core_clock_hz;
    uint32_t reset_flags;
    struct ended_run ended;
};

/* counter_losses: how often since reset the cycle counter was found stopped. */
void self_report_send_hello(const struct start_facts *facts, uint32_t nonce,
                            uint32_t counter_losses);
void self_report_send_memory(void);
void self_report_send_rule(void);

#endif
