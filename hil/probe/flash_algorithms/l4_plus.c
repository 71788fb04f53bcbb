// SPDX-License-Identifier: Apache-2.0
// Flash algorithm of the STM32L4R and L4S with 2 MB in two banks (RM0432 section 3).
#include <stdint.h>

#define FLASH_POLLS 8000000u // 4 MHz after a reset: 10 s
#define FLASH_ACR 0x40022000u
#define FLASH_KEYR 0x40022008u
#define FLASH_SR 0x40022010u
#define FLASH_CR 0x40022014u
#define FLASH_OPTR 0x40022020u
#define ACR_ICEN (1u << 9)
#define ACR_DCEN (1u << 10)
#define ACR_ICRST (1u << 11)
#define ACR_DCRST (1u << 12)
#define OPTR_BFB2 (1u << 20)
#define OPTR_DBANK (1u << 22)

#define SR_BUSY (1u << 16)
// OPERR, PROGERR, WRPERR, PGAERR, SIZERR, PGSERR, MISERR, FASTERR, RDERR, OPTVERR
#define SR_ERRORS 0xC3FAu
#define PAGE_BYTES 0x1000u
#define BANK_BYTES 0x100000u
#define UNIT_WORDS 2u

static inline void leave(void);

#include "paged_flash.h"

// Caches hold what flash held before: they are reset, which is allowed only while they are off, and
// switched on as after a reset (RM0432 section 3.3.5, 3.7.1).
static inline void leave(void) {
    REG32(FLASH_ACR) |= ACR_ICRST | ACR_DCRST;
    REG32(FLASH_ACR) &= ~(ACR_ICRST | ACR_DCRST);
    REG32(FLASH_ACR) |= ACR_ICEN | ACR_DCEN;
}

uint32_t flash_init(uint32_t address, uint32_t clock_hz, uint32_t operation) {
    (void)address;
    (void)clock_hz;
    (void)operation;
    // Pages have this size, and banks stand in this order, in dual bank mode without BFB2 alone.
    if ((REG32(FLASH_OPTR) & (OPTR_DBANK | OPTR_BFB2)) != OPTR_DBANK) {
        return FLASH_UNFIT_STATE;
    }
    REG32(FLASH_ACR) &= ~(ACR_ICEN | ACR_DCEN);
    const uint32_t failed = start_clean();
    return failed != 0u ? failed : unlock();
}
