/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for the peripherals: registers are variables of line.c, pins are not there. */
#ifndef PORT_PERIPHERALS_H
#define PORT_PERIPHERALS_H

#include <stdint.h>

#define PORT_REGISTER(address) (*(volatile uint32_t *)(address))
#define GPIO_PUPDR_UP 1u
#define gpio_connect_pin(base, pin, afr_index, afr_shift, function, pull) ((void)(pull))

#endif
