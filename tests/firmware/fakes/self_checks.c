/* SPDX-License-Identifier: Apache-2.0 */
#include "self_checks.h"

#include <stdlib.h>

#include "core/damage.h"
#include "library/weights.h"
#include "port/canary.h"
#include "port/uart.h"

static volatile uint32_t canary = CANARY;

uint32_t uart_damaged_canaries(void) {
    return canary == CANARY ? 0u : (uint32_t)UART_CANARY_TX_BEHIND;
}

const volatile uint32_t *uart_damaged_canary(void) {
    return canary == CANARY ? NULL : &canary;
}

static uint8_t weights_in_flash[3] = {1u, 2u, 3u};
static const uint32_t more_weights = 0x08070605u;

const struct constant_table weights_tables[] = {
    {weights_in_flash, sizeof weights_in_flash},
    {&more_weights, sizeof more_weights},
};
const uint32_t weights_table_count = 2u;
const uint32_t weights_bytes = 7u;
const uint32_t weights_crc_generated = 0x43ba9d64u; /* zlib.crc32(bytes((1, 2, 3, 5, 6, 7, 8))) */

void fake_turn_weights_over(uint32_t bit) {
    weights_in_flash[bit / 8u] ^= (uint8_t)(1u << bit % 8u);
}

void fake_write_beyond_a_ring(uint32_t word) {
    canary = word;
}

_Noreturn void damage_end_run(const volatile uint32_t *word) {
    exit(*word == canary ? 0 : 3);
}
