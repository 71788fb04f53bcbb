/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the peripherals that are the same in every family: GPIO, USART, IWDG. Their places
 * come from port/port_config.h and port/registers.h.
 *
 * Source: RM0351, RM0433, RM0456; the chapter of each peripheral names its registers as they are
 * named here. An LPUART has the USART's registers as far as they are used. */
#ifndef PORT_PERIPHERALS_H
#define PORT_PERIPHERALS_H

#include <stdint.h>

#define PORT_REGISTER(address) (*(volatile uint32_t *)(address))

/* GPIO: two bits a pin, or four for the alternate function. */
#define GPIO_MODER(base) PORT_REGISTER((base) + 0x00u)
#define GPIO_MODER_ALTERNATE 2u
#define GPIO_OSPEEDR(base) PORT_REGISTER((base) + 0x08u)
#define GPIO_OSPEEDR_MEDIUM 1u
#define GPIO_PUPDR(base) PORT_REGISTER((base) + 0x0Cu)
#define GPIO_PUPDR_UP 1u
#define GPIO_AFR(base, index) PORT_REGISTER((base) + 0x20u + 4u * (index))

/* The board's USART. */
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
#define USART_BRR PORT_REGISTER(PORT_UART_BASE + 0x0Cu)
#define USART_ISR PORT_REGISTER(PORT_UART_BASE + 0x1Cu)
#define USART_ISR_PE (1u << 0)
#define USART_ISR_FE (1u << 1)
#define USART_ISR_NE (1u << 2)
#define USART_ISR_ORE (1u << 3)
#define USART_ISR_IDLE (1u << 4)
#define USART_ISR_TC (1u << 6)
#define USART_ISR_TXE (1u << 7)
#define USART_ISR_CMF (1u << 17)
#define USART_ISR_TEACK (1u << 21)
#define USART_ISR_REACK (1u << 22)
#define USART_ICR PORT_REGISTER(PORT_UART_BASE + 0x20u) /* same bits as ISR: 1 clears */
#define USART_RDR_ADDRESS (PORT_UART_BASE + 0x24u)
#define USART_TDR_ADDRESS (PORT_UART_BASE + 0x28u)

/* IWDG: independent watchdog, at IWDG_BASE. */
#define IWDG_KR PORT_REGISTER(IWDG_BASE + 0x00u)
#define IWDG_KR_RELOAD 0xAAAAu
#define IWDG_KR_UNLOCK 0x5555u
#define IWDG_KR_START 0xCCCCu
#define IWDG_PR PORT_REGISTER(IWDG_BASE + 0x04u)
#define IWDG_RLR PORT_REGISTER(IWDG_BASE + 0x08u)
#define IWDG_SR PORT_REGISTER(IWDG_BASE + 0x0Cu)
#define IWDG_SR_UPDATING (7u << 0)

#endif
