/* SPDX-License-Identifier: Apache-2.0 */
#include "board/fault_text.h"

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

void fault_text_hex(const char *name, uint32_t value, put_text put) {
    static const char digits[] = "0123456789abcdef";
    char text[] = "0x00000000";
    for (uint32_t i = 0u; i < 8u; i++) {
        text[9u - i] = digits[(value >> (4u * i)) & 15u];
    }
    put(name);
    put(text);
}

void fault_text(const struct fault_words *fault, put_text put) {
    put(exception_name(fault->exception));
    if (fault->exception >= FIRST_LINE) {
        fault_text_hex(" ", fault->exception - FIRST_LINE, put);
    }
    for (uint32_t i = 0u; i < sizeof reasons / sizeof reasons[0]; i++) {
        if ((fault->cfsr & reasons[i].bit) != 0u) {
            put(" (");
            put(reasons[i].text);
            put(")");
        }
    }
    fault_text_hex(" pc ", fault->pc, put);
    fault_text_hex(" lr ", fault->lr, put);
    fault_text_hex(" cfsr ", fault->cfsr, put);
    fault_text_hex(" hfsr ", fault->hfsr, put);
}
