/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the peripherals that are the same in every family: GPIO, IWDG. Their places come
 * from port/port_config.h and port/registers.h.
 *
 * Source: RM0351, RM0433, RM0456; registers have the manuals' names. */
#ifndef PORT_PERIPHERALS_H
#define PORT_PERIPHERALS_H

#include <stdint.h>

#define PORT_REGISTER(address) (*(volatile uint32_t *)(address))

/* GPIO: two bits a pin, or four for the alternate function. */
#define GPIO_MODER(base) PORT_REGISTER((base) + 0x00u)
#define GPIO_MODER_INPUT 0u
#define GPIO_MODER_OUTPUT 1u
#define GPIO_MODER_ALTERNATE 2u
#define GPIO_MODER_ANALOGUE 3u
#define GPIO_OTYPER(base) PORT_REGISTER((base) + 0x04u) /* one bit a pin; 1: open drain */
#define GPIO_OSPEEDR(base) PORT_REGISTER((base) + 0x08u)
#define GPIO_OSPEEDR_MEDIUM 1u
#define GPIO_PUPDR(base) PORT_REGISTER((base) + 0x0Cu)
#define GPIO_PUPDR_NONE 0u
#define GPIO_PUPDR_UP 1u
#define GPIO_PUPDR_DOWN 2u
#define GPIO_IDR(base) PORT_REGISTER((base) + 0x10u)
#define GPIO_BSRR(base) PORT_REGISTER((base) + 0x18u) /* written only: a 0 changes nothing */
#define GPIO_BSRR_SET(pin) (1u << (pin))
#define GPIO_BSRR_RESET(pin) (1u << ((pin) + 16u))
#define GPIO_AFR(base, index) PORT_REGISTER((base) + 0x20u + 4u * (index))

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
