/* SPDX-License-Identifier: Apache-2.0 */
/* A core fault as a line of text: what faulted, where, and the registers that say why.
 *
 *     # fault UsageFault (division by zero) pc 0x08001234 lr 0x08001201 cfsr 0x02000000
 *
 * It runs in the exception, on a stack of its own; what the transmit ring held is given up. */
#include "core/fault.h"

#include <stdbool.h>

#include "port/uart.h"

#define FIRST_LINE 16u /* exception number of interrupt line 0 */

struct reason {
    uint32_t bit; /* in CFSR (Arm ARM, CFSR: its three parts) */
    const char *text;
};

static const struct reason reasons[] = {
    {1u << 0, "code may not run there"},
    {1u << 1, "memory is protected"},
    {1u << 4, "no stack for an exception"},
    {1u << 8, "no code there"},
    {1u << 9, "nothing at that address"},
    {1u << 10, "nothing at an address written before"},
    {1u << 12, "no stack for an exception"},
    {1u << 16, "undefined instruction"},
    {1u << 17, "jump to an even address"},
    {1u << 18, "bad return from an exception"},
    {1u << 19, "FPU is off"},
    {1u << 20, "stack overflow"},
    {1u << 24, "unaligned access"},
    {1u << 25, "division by zero"},
};

static const char *exception_name(uint32_t exception) {
    switch (exception) {
    case 2u:
        return "NMI";
    case 3u:
        return "HardFault";
    case 4u:
        return "MemManage";
    case 5u:
        return "BusFault";
    case 6u:
        return "UsageFault";
    case 7u:
        return "SecureFault";
    default:
        return exception < FIRST_LINE ? "exception" : "unexpected interrupt";
    }
}

static void send(const char *text) {
    uint32_t bytes = 0u;
    for (; text[bytes] != '\0'; bytes++) {
        uart_tx_place(bytes, (uint8_t)text[bytes]);
    }
    uart_tx_release(bytes);
}

static void send_hex(const char *name, uint32_t value) {
    static const char digits[] = "0123456789abcdef";
    char text[] = "0x00000000";
    for (uint32_t i = 0u; i < 8u; i++) {
        text[9u - i] = digits[(value >> (4u * i)) & 15u];
    }
    send(name);
    send(text);
}

void fault_report(const struct fault *fault) {
    if (!uart_tx_poll()) {
        return; /* the line was never begun */
    }
    send("\r\n# fault ");
    send(exception_name(fault->exception));
    if (fault->exception >= FIRST_LINE) {
        send_hex(" ", fault->exception - FIRST_LINE);
    }
    for (uint32_t i = 0u; i < sizeof reasons / sizeof reasons[0]; i++) {
        if ((fault->cfsr & reasons[i].bit) != 0u) {
            send(" (");
            send(reasons[i].text);
            send(")");
        }
    }
    send_hex(" pc ", fault->pc);
    send_hex(" lr ", fault->lr);
    send_hex(" cfsr ", fault->cfsr);
    send_hex(" hfsr ", fault->hfsr);
    send("\r\n");
}
