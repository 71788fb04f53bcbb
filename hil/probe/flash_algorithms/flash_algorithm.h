// SPDX-License-Identifier: Apache-2.0
// What the flash algorithms of all families share: the interface that a debug probe's software
// calls (CMSIS-Pack, flash programming algorithms), and how they wait and report.
//
// A probe loads the code into RAM of a core that stands at its reset vector, sets r0 to r2, and
// runs one function at a time up to the BKPT that lr points to. There is no static data. A loader
// feeds no watchdog: a part whose option bytes start one needs its option bytes changed first.
#ifndef FLASH_ALGORITHM_H
#define FLASH_ALGORITHM_H

#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(address))

// What a function returns: 0, or what went wrong. The bits below FLASH_FAILED_TO_UNLOCK are the
// error flags of the status register, as they stood.
#define FLASH_FAILED_TO_UNLOCK (1u << 28)
#define FLASH_BAD_ADDRESS (1u << 29)
#define FLASH_UNFIT_STATE (1u << 30)
#define FLASH_TIMEOUT (1u << 31)

#define FLASH_KEY1 0x45670123u
#define FLASH_KEY2 0xCDEF89ABu

// A family's file defines before: FLASH_POLLS, how often a status register is read until a wait
// gives up. A poll takes 5 cycles at least; the longest wait is the erase of a bank.

uint32_t flash_init(uint32_t address, uint32_t clock_hz, uint32_t operation);
uint32_t flash_uninit(uint32_t operation);
uint32_t flash_erase_all(void);
uint32_t flash_erase_sector(uint32_t address);
uint32_t flash_program_page(uint32_t address, uint32_t size_bytes, const uint8_t *data);

// All accesses before are complete, and what they switched is in force.
static inline void flash_barrier(void) {
    __asm volatile("dsb\n\tisb" ::: "memory");
}

// Read a status register until all of `bits` are 0; return what it held then. FLASH_TIMEOUT is no
// flag of any of these registers.
static inline uint32_t flash_wait_clear(uint32_t address, uint32_t bits) {
    for (uint32_t polls = FLASH_POLLS; polls > 0u; polls--) {
        const uint32_t status = REG32(address);
        if ((status & bits) == 0u) {
            return status;
        }
    }
    return FLASH_TIMEOUT;
}

// One unit of the words of `data`, from any byte address; bytes behind its end are as if erased.
// Returns whether any bit has to be programmed.
static inline uint32_t flash_take_unit(uint32_t *unit, uint32_t words, const uint8_t *data,
                                       uint32_t size_bytes) {
    uint32_t all = 0xFFFFFFFFu;
    for (uint32_t word = 0u; word < words; word++) {
        uint32_t value = 0u;
        for (uint32_t byte = 0u; byte < 4u; byte++) {
            const uint32_t at = 4u * word + byte;
            value |= (uint32_t)(at < size_bytes ? data[at] : 0xFFu) << (8u * byte);
        }
        unit[word] = value;
        all &= value;
    }
    return all != 0xFFFFFFFFu;
}

// Write the words of a unit into the flash array; nothing may come in between.
static inline void flash_write_unit(uint32_t address, const uint32_t *unit, uint32_t words) {
    flash_barrier();
    for (uint32_t word = 0u; word < words; word++) {
        REG32(address + 4u * word) = unit[word];
    }
    flash_barrier();
}

#endif
