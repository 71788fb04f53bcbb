// SPDX-License-Identifier: Apache-2.0
// Flash algorithm of the STM32U575 and U585 with 2 MB, TrustZone off (RM0456 section 7).
#include <stdint.h>

#define FLASH_POLLS 8000000u   // 4 MHz after a reset: 10 s
#define FLASH_KEYR 0x40022008u // NSKEYR
#define FLASH_SR 0x40022020u   // NSSR
#define FLASH_CR 0x40022028u   // NSCR
#define FLASH_OPTR 0x40022040u
#define OPTR_SWAP_BANK (1u << 20)
#define OPTR_TZEN (1u << 31)
#define ICACHE_CR 0x40030400u
#define ICACHE_SR 0x40030404u
#define ICACHE_EN 1u
#define ICACHE_BUSYF 1u

#define SR_BUSY (3u << 16) // BSY, and WDW: the write buffer holds data
#define SR_ERRORS 0x20FAu  // OPERR, PROGERR, WRPERR, PGAERR, SIZERR, PGSERR, OPTWERR
#define PAGE_BYTES 0x2000u
#define BANK_BYTES 0x100000u
#define UNIT_WORDS 4u

static inline void leave(void) {
}

#include "paged_flash.h"

uint32_t flash_init(uint32_t address, uint32_t clock_hz, uint32_t operation) {
    (void)address;
    (void)clock_hz;
    (void)operation;
    // BKER names the physical bank, and the non-secure registers do not reach secure flash: with
    // such option bytes this would erase what it should not.
    if ((REG32(FLASH_OPTR) & (OPTR_SWAP_BANK | OPTR_TZEN)) != 0u) {
        return FLASH_UNFIT_STATE;
    }
    // Off after a reset. Switching it off drops its contents (RM0456 section 8, ICACHE_CR).
    REG32(ICACHE_CR) &= ~ICACHE_EN;
    const uint32_t waited = flash_wait_clear(ICACHE_SR, ICACHE_BUSYF) & FLASH_TIMEOUT;
    const uint32_t failed = waited | start_clean();
    return failed != 0u ? failed : unlock();
}
