// SPDX-License-Identifier: Apache-2.0
// The flash controller with one control register for both banks, which erases by pages: U5
// (RM0456 section 7, non-secure side) and L4+ (RM0432 section 3). A family's file defines before:
//   FLASH_KEYR, FLASH_SR, FLASH_CR    addresses of the registers
//   SR_BUSY                           an operation runs, or data waits to be written
//   SR_ERRORS                         all error flags, which are cleared by writing 1
//   PAGE_BYTES, BANK_BYTES            two banks from FLASH_BASE on
//   UNIT_WORDS                        what is programmed at once, with its ECC
#ifndef PAGED_FLASH_H
#define PAGED_FLASH_H

#include "flash_algorithm.h"

#define FLASH_BASE 0x08000000u

#define CR_PG 1u
#define CR_PER (1u << 1)
#define CR_MER1 (1u << 2)
#define CR_PNB_SHIFT 3u
#define CR_BKER (1u << 11)
#define CR_MER2 (1u << 15)
#define CR_STRT (1u << 16)
#define CR_LOCK (1u << 31)

// Wait for the operation that runs; return what was wrong, and clear it.
// A next operation is refused (PGSERR) while an error flag of the one before stands.
static uint32_t finish(void) {
    const uint32_t failed = flash_wait_clear(FLASH_SR, SR_BUSY) & (FLASH_TIMEOUT | SR_ERRORS);
    if (failed != 0u) {
        REG32(FLASH_SR) = SR_ERRORS;
    }
    return failed;
}

// Clear what earlier operations have left; FLASH_TIMEOUT if one still runs.
static uint32_t start_clean(void) {
    return finish() & FLASH_TIMEOUT;
}

// The two keys open CR until it is locked; a wrong or repeated key would close it until a reset.
static uint32_t unlock(void) {
    if ((REG32(FLASH_CR) & CR_LOCK) != 0u) {
        REG32(FLASH_KEYR) = FLASH_KEY1;
        REG32(FLASH_KEYR) = FLASH_KEY2;
    }
    return (REG32(FLASH_CR) & CR_LOCK) != 0u ? FLASH_FAILED_TO_UNLOCK : 0u;
}

// STRT is set after the choice of what to erase (RM0456, RM0432: page erase sequence).
static uint32_t erase(uint32_t choice) {
    uint32_t result = start_clean();
    if (result == 0u) {
        REG32(FLASH_CR) = choice;
        REG32(FLASH_CR) = choice | CR_STRT;
        flash_barrier();
        result = finish();
        REG32(FLASH_CR) = 0u;
    }
    return result;
}

uint32_t flash_uninit(uint32_t operation) {
    (void)operation;
    const uint32_t waited = start_clean();
    REG32(FLASH_CR) = CR_LOCK;
    leave();
    return waited;
}

uint32_t flash_erase_all(void) {
    return erase(CR_MER1 | CR_MER2);
}

uint32_t flash_erase_sector(uint32_t address) {
    const uint32_t offset = address - FLASH_BASE;
    if (offset >= 2u * BANK_BYTES) {
        return FLASH_BAD_ADDRESS;
    }
    const uint32_t page = offset % BANK_BYTES / PAGE_BYTES;
    return erase(CR_PER | page << CR_PNB_SHIFT | (offset >= BANK_BYTES ? CR_BKER : 0u));
}

uint32_t flash_program_page(uint32_t address, uint32_t size_bytes, const uint8_t *data) {
    const uint32_t offset = address - FLASH_BASE;
    if (offset % (4u * UNIT_WORDS) != 0u || offset >= 2u * BANK_BYTES ||
        size_bytes > 2u * BANK_BYTES - offset) {
        return FLASH_BAD_ADDRESS;
    }
    uint32_t result = start_clean();
    if (result == 0u) {
        REG32(FLASH_CR) = CR_PG;
        for (uint32_t done = 0u; result == 0u && done < size_bytes; done += 4u * UNIT_WORDS) {
            uint32_t unit[UNIT_WORDS];
            // A unit of ones reads like an erased one; not programmed, it can be programmed later.
            if (flash_take_unit(unit, UNIT_WORDS, data + done, size_bytes - done) != 0u) {
                flash_write_unit(address + done, unit, UNIT_WORDS);
                result = finish();
            }
        }
        REG32(FLASH_CR) = 0u;
    }
    return result;
}

#endif
