// SPDX-License-Identifier: Apache-2.0
// Flash algorithm of the STM32H743 (RM0433 section 4) and, with LINE_H7A3, of the STM32H7A3 (RM0455
// section 5), both with 2 MB: two banks with registers of their own.
#define FLASH_POLLS 400000000u // 64 MHz after a reset: 31 s

#include "flash_algorithm.h"

#define FLASH_BASE 0x08000000u
#define BANK_BYTES 0x100000u
#define BANKS 2u
#define REGISTERS(bank) (0x52002000u + 0x100u * (bank))
#define KEYR 0x04u
#define CR 0x0Cu
#define SR 0x10u
#define CCR 0x14u
#define FLASH_OPTCR 0x52002018u
#define OPTCR_SWAP_BANK (1u << 31)
#define SCB_CCR 0xE000ED14u
#define SCB_CCR_DC (1u << 16)

#define CR_LOCK 1u
#define CR_PG (1u << 1)
#define CR_SER (1u << 2)
#define CR_BER (1u << 3)
#define SR_BUSY 7u // BSY, WBNE, QW

#ifdef LINE_H7A3
#define SECTOR_BYTES 0x2000u
#define UNIT_WORDS 4u
#define CR_PSIZE 0u
#define CR_START (1u << 5)
#define CR_SNB_SHIFT 6u
#else
#define SECTOR_BYTES 0x20000u
#define UNIT_WORDS 8u
#define CR_PSIZE (3u << 4) // 64 bits at a time: the fastest
#define CR_START (1u << 7)
#define CR_SNB_SHIFT 8u
#endif

// WRPERR, PGSERR, STRBERR, INCERR, OPERR (H743 alone), RDPERR, RDSERR, SNECCERR, DBECCERR
#define SR_ERRORS 0x07EE0000u
// The others tell of reads, some of them speculative; a sector with words that cannot be read is
// what is about to be erased.
#define SR_OWN_ERRORS 0x006E0000u

// Wait for the operation that runs; return what was wrong, and clear it.
// A next operation is refused (PGSERR) while an error flag of the one before stands.
static uint32_t finish(uint32_t registers) {
    const uint32_t status = flash_wait_clear(registers + SR, SR_BUSY);
    if ((status & (FLASH_TIMEOUT | SR_ERRORS)) != 0u) {
        REG32(registers + CCR) = SR_ERRORS;
    }
    return status & (FLASH_TIMEOUT | SR_OWN_ERRORS);
}

// Clear what earlier operations have left; FLASH_TIMEOUT if one still runs.
static uint32_t start_clean(uint32_t registers) {
    return finish(registers) & FLASH_TIMEOUT;
}

// START is set after the choice of what to erase (RM0433 section 4.3.10, RM0455 section 5.3.10).
static uint32_t erase(uint32_t registers, uint32_t choice) {
    uint32_t result = start_clean(registers);
    if (result == 0u) {
        REG32(registers + CR) = choice | CR_PSIZE;
        REG32(registers + CR) = choice | CR_PSIZE | CR_START;
        flash_barrier();
        result = finish(registers);
        REG32(registers + CR) = 0u;
    }
    return result;
}

uint32_t flash_init(uint32_t address, uint32_t clock_hz, uint32_t operation) {
    (void)address;
    (void)clock_hz;
    (void)operation;
    // The registers of a bank follow it when banks are swapped. A data cache that is on would
    // keep the words of a unit back, and hide from the core what was programmed.
    if ((REG32(FLASH_OPTCR) & OPTCR_SWAP_BANK) != 0u || (REG32(SCB_CCR) & SCB_CCR_DC) != 0u) {
        return FLASH_UNFIT_STATE;
    }
    for (uint32_t bank = 0u; bank < BANKS; bank++) {
        const uint32_t registers = REGISTERS(bank);
        const uint32_t waited = start_clean(registers);
        if (waited != 0u) {
            return waited;
        }
        if ((REG32(registers + CR) & CR_LOCK) != 0u) {
            REG32(registers + KEYR) = FLASH_KEY1;
            REG32(registers + KEYR) = FLASH_KEY2;
        }
        if ((REG32(registers + CR) & CR_LOCK) != 0u) {
            return FLASH_FAILED_TO_UNLOCK;
        }
    }
    return 0u;
}

uint32_t flash_uninit(uint32_t operation) {
    (void)operation;
    uint32_t waited = 0u;
    for (uint32_t bank = 0u; bank < BANKS; bank++) {
        waited |= start_clean(REGISTERS(bank));
        REG32(REGISTERS(bank) + CR) = CR_LOCK;
    }
    return waited;
}

uint32_t flash_erase_all(void) {
    const uint32_t result = erase(REGISTERS(0u), CR_BER);
    return result != 0u ? result : erase(REGISTERS(1u), CR_BER);
}

uint32_t flash_erase_sector(uint32_t address) {
    const uint32_t offset = address - FLASH_BASE;
    if (offset >= BANKS * BANK_BYTES) {
        return FLASH_BAD_ADDRESS;
    }
    const uint32_t sector = offset % BANK_BYTES / SECTOR_BYTES;
    return erase(REGISTERS(offset / BANK_BYTES), CR_SER | sector << CR_SNB_SHIFT);
}

uint32_t flash_program_page(uint32_t address, uint32_t size_bytes, const uint8_t *data) {
    const uint32_t offset = address - FLASH_BASE;
    if (offset % (4u * UNIT_WORDS) != 0u || offset >= BANKS * BANK_BYTES ||
        size_bytes > BANKS * BANK_BYTES - offset) {
        return FLASH_BAD_ADDRESS;
    }
    uint32_t result = 0u;
    for (uint32_t done = 0u; result == 0u && done < size_bytes; done += 4u * UNIT_WORDS) {
        const uint32_t registers = REGISTERS((offset + done) / BANK_BYTES);
        uint32_t unit[UNIT_WORDS];
        // A flash word of ones reads like an erased one; not programmed, it can be programmed
        // later.
        if (flash_take_unit(unit, UNIT_WORDS, data + done, size_bytes - done) != 0u) {
            result = start_clean(registers);
            if (result == 0u) {
                REG32(registers + CR) = CR_PG | CR_PSIZE;
                flash_write_unit(address + done, unit, UNIT_WORDS);
                result = finish(registers);
                REG32(registers + CR) = 0u;
            }
        }
    }
    return result;
}
