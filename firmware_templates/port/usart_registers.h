/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the board's USART, at PORT_UART_BASE: the newer of ST's two.
 *
 * It has ISR and ICR for its flags, RDR and TDR for the byte, and it matches a character (CMF). The
 * older USART (F1, F2, F4) has SR and DR instead, no character match, and clears a flag by reading
 * SR and then DR. A family with that one brings a uart.c and a usart_registers.h of its own, in
 * its folder: they take the place of these.
 *
 * Source: RM0351, RM0433, RM0456: USART; registers have the manuals' names. An LPUART has the
 * USART's registers as far as they are used. */
#ifndef PORT_USART_REGISTERS_H
#define PORT_USART_REGISTERS_H

#include "port/peripherals.h"
#include "port/port_config.h"

#define USART_CR1 PORT_REGISTER(PORT_UART_BASE + 0x00u)
#define USART_CR1_UE (1u << 0)
#define USART_CR1_RE (1u << 2)
#define USART_CR1_TE (1u << 3)
#define USART_CR1_IDLEIE (1u << 4)
#define USART_CR1_CMIE (1u << 14)
#define USART_CR3 PORT_REGISTER(PORT_UART_BASE + 0x08u)
#define USART_CR3_EIE (1u << 0)
#define USART_CR3_DMAR (1u << 6)
#define USART_CR3_DMAT (1u << 7)
#define USART_CR3_ONEBIT (1u << 11) /* one sample a bit decides; not in an LPUART */
#define USART_BRR PORT_REGISTER(PORT_UART_BASE + 0x0Cu)
#define USART_RQR PORT_REGISTER(PORT_UART_BASE + 0x18u)
#define USART_RQR_RXFRQ (1u << 3)
#define USART_ISR PORT_REGISTER(PORT_UART_BASE + 0x1Cu)
#define USART_ISR_PE (1u << 0)
#define USART_ISR_FE (1u << 1)
#define USART_ISR_NE (1u << 2)
#define USART_ISR_ORE (1u << 3)
#define USART_ISR_IDLE (1u << 4)
#define USART_ISR_RXNE (1u << 5)
#define USART_ISR_TC (1u << 6)
#define USART_ISR_TXE (1u << 7)
#define USART_ISR_CMF (1u << 17)
#define USART_ISR_TEACK (1u << 21)
#define USART_ISR_REACK (1u << 22)
#define USART_ICR PORT_REGISTER(PORT_UART_BASE + 0x20u) /* same bits as ISR: 1 clears */
#define USART_RDR_ADDRESS (PORT_UART_BASE + 0x24u)
#define USART_TDR_ADDRESS (PORT_UART_BASE + 0x28u)

#endif
