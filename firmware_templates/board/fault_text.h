/* SPDX-License-Identifier: Apache-2.0 */
/* A core fault in words, for whatever takes text. */
#ifndef BOARD_FAULT_TEXT_H
#define BOARD_FAULT_TEXT_H

#include <stdint.h>

typedef void (*put_text)(const char *text);

/* "UsageFault (division by zero) pc 0x08001234 lr 0x08001201 cfsr 0x02000000 hfsr 0x00000000" */
struct fault_words {
    uint32_t exception;
    uint32_t cfsr;
    uint32_t hfsr;
    uint32_t pc;
    uint32_t lr;
};

void fault_text(const struct fault_words *fault, put_text put);

/* The name, which ends in a space, and eight digits after 0x. */
void fault_text_hex(const char *name, uint32_t value, put_text put);

#endif
