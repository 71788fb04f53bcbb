/* SPDX-License-Identifier: Apache-2.0 */
#include "app/self_check.h"

#include <stddef.h>

#include "app/link.h"
#include "app/wire.h"
#include "core/damage.h"
#include "core/fault_record.h"
#include "library/weights.h"
#include "port/uart.h"

_Static_assert(WIRE_CANARY_TRANSMIT_BEHIND == (int)UART_CANARY_TX_BEHIND &&
                   WIRE_CANARY_RECEIVE_BEFORE == (int)UART_CANARY_RX_BEFORE,
               "CHECK names the words beside the rings as port/uart.h does");

static bool damaged;
static uint32_t damaged_crc; /* what was found first that is not as generated */

static uint32_t read_weights(void) {
    const enum phase before = phase_enter(PHASE_CHECK);
    const uint32_t crc = weights_crc();
    (void)phase_enter(before);
    if (crc != weights_crc_generated && !damaged) {
        damaged = true;
        damaged_crc = crc;
    }
    return crc;
}

bool self_check_weights(void) {
    (void)read_weights();
    return !damaged;
}

bool self_check_weights_damaged(void) {
    return damaged;
}

uint32_t self_check_damaged_crc(void) {
    return damaged_crc;
}

void self_check_rings(void) {
    const volatile uint32_t *damaged_word = uart_damaged_canary();
    if (damaged_word != NULL) {
        damage_end_run(damaged_word);
    }
}

void self_check_send(void) {
    const struct wire_check check = {
        .weights_crc_generated = weights_crc_generated,
        .weights_crc_found = read_weights(),
        .weights_bytes = weights_bytes,
        .damaged_canaries = uart_damaged_canaries(),
    };
    link_send(WIRE_CHECK, &check, sizeof check, NULL, 0u);
}
