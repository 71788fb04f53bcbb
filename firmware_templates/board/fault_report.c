/* SPDX-License-Identifier: Apache-2.0 */
/* A core fault as a line of text: what faulted, where, and the registers that say why.
 *
 *     # fault UsageFault (division by zero) pc 0x08001234 lr 0x08001201 cfsr 0x02000000
 *
 * It runs in the exception, on a stack of its own; what the transmit ring held is given up. */
#include "core/fault.h"

#include "board/fault_text.h"
#include "port/uart.h"

static void send(const char *text) {
    uint32_t bytes = 0u;
    for (; text[bytes] != '\0'; bytes++) {
        uart_tx_place(bytes, (uint8_t)text[bytes]);
    }
    uart_tx_release(bytes);
}

void fault_report(const struct fault *fault) {
    const struct fault_words words = {
        .exception = fault->exception,
        .cfsr = fault->cfsr,
        .hfsr = fault->hfsr,
        .pc = fault->pc,
        .lr = fault->lr,
    };
    if (!uart_tx_poll()) {
        return; /* the line was never begun */
    }
    send("\r\n# fault ");
    fault_text(&words, send);
    send("\r\n");
}
