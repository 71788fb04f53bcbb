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

/* Puts a peripheral on a pin: function before mode, so that the pin never carries another one. At
 * medium speed, which has the edges for 921600 baud and for a microphone's clock of some 300 ns
 * from edge to edge (DS13086, I/O AC). */
static inline void gpio_connect_pin(uint32_t base, uint32_t pin, uint32_t afr_index,
                                    uint32_t afr_shift, uint32_t function, uint32_t pull) {
    GPIO_AFR(base, afr_index) =
        (GPIO_AFR(base, afr_index) & ~(0xFu << afr_shift)) | (function << afr_shift);
    GPIO_PUPDR(base) = (GPIO_PUPDR(base) & ~(3u << (2u * pin))) | (pull << (2u * pin));
    GPIO_OSPEEDR(base) =
        (GPIO_OSPEEDR(base) & ~(3u << (2u * pin))) | (GPIO_OSPEEDR_MEDIUM << (2u * pin));
    GPIO_MODER(base) =
        (GPIO_MODER(base) & ~(3u << (2u * pin))) | (GPIO_MODER_ALTERNATE << (2u * pin));
}

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
