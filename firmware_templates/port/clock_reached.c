/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from the clock that clock_begin() reached, and how the part came to start. */
#include "port/clock.h"

#include "port/clock_choice.h"
#include "port/port_config.h"
#include "port/registers.h"

uint32_t clock_core_hz(void) {
    return CLOCK_CHOICE(PORT_CORE_HZ, PORT_FALLBACK_CORE_HZ);
}

uint32_t clock_tick_reload(void) {
    return CLOCK_CHOICE(PORT_TICK_RELOAD, PORT_FALLBACK_TICK_RELOAD);
}

uint32_t clock_uart_brr(void) {
    return CLOCK_CHOICE(PORT_UART_BRR, PORT_FALLBACK_UART_BRR);
}

uint32_t clock_take_reset_flags(void) {
    const uint32_t flags = RCC_RESET_STATUS & RCC_RESET_FLAGS;
    RCC_RESET_STATUS |= RCC_RESET_RMVF; /* or the next reset would show this one's cause as well */
#ifdef RCC_RESET_RMVF_STAYS
    RCC_RESET_STATUS &= ~RCC_RESET_RMVF; /* here the bit does not fall by itself */
#endif
    return flags;
}
