/* SPDX-License-Identifier: Apache-2.0 */
/* What the stand-in's run-time library has besides the built-in engine's kernels. ST's library
 * works on ST's parts alone and asks the CRC unit for that; so does this one, in its own way. */
#include <stdbool.h>

#include "stai.h"

#ifdef CORE_CORTEX_M7
#define CRC_BASE 0x58024C00u /* RM0433, memory map */
#else
#define CRC_BASE 0x40023000u /* RM0351, RM0456, memory map */
#endif
#define CRC_DR (*(volatile uint32_t *)(CRC_BASE + 0x00u))
#define CRC_CR (*(volatile uint32_t *)(CRC_BASE + 0x08u))
#define CRC_CR_RESET 1u

static uint32_t crc_by_hand(uint32_t crc, uint32_t word) {
    crc ^= word;
    for (uint32_t bit = 0u; bit < 32u; bit++) {
        crc = (crc & 0x80000000u) != 0u ? (crc << 1) ^ 0x04C11DB7u : crc << 1;
    }
    return crc;
}

/* By this name the harness knows an image whose network was built here, and may be emulated. */
bool mel2metal_stand_in_runs_here(void);

bool mel2metal_stand_in_runs_here(void) {
    uint32_t expected = 0xFFFFFFFFu;
    CRC_CR = CRC_CR_RESET;
    for (uint32_t word = 0x4D324D21u; word < 0x4D324D24u; word++) {
        CRC_DR = word;
        expected = crc_by_hand(expected, word);
    }
    return CRC_DR == expected;
}

stai_return_code stai_runtime_init(void) {
    return mel2metal_stand_in_runs_here() ? STAI_SUCCESS : STAI_ERROR_STAI_INIT_FAILED;
}
