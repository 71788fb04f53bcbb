/* SPDX-License-Identifier: Apache-2.0 */
/* The board of the fuzz targets: its rings are as large as the target's build says. */
#ifndef PORT_PORT_CONFIG_H
#define PORT_PORT_CONFIG_H

#include <stdint.h>

#include "line.h"

#define PORT_UART_BASE ((uintptr_t)line_registers)
#define PORT_UART_HAS_ONEBIT 0
#define PORT_UART_LINE 0u
#define PORT_RX_DMA_LINE 1u
#define PORT_TX_DMA_LINE 2u

/* gcc's AddressSanitizer leaves out what stands in a section of its own, as the rings do. */
#define section(name)

#endif
