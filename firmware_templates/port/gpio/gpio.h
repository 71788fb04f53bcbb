/* SPDX-License-Identifier: Apache-2.0 */
/* The board's LEDs and buttons, by their place in the lists of port/gpio_config.h. */
#ifndef PORT_GPIO_H
#define PORT_GPIO_H

#include <stdbool.h>
#include <stdint.h>

/* Clocks and supply of the pins; all outputs are off, from the first moment that they drive. It
 * follows clock_begin(). */
void gpio_begin(void);

/* Switches output number `output`. One that there is not is left alone. */
void gpio_output_set(uint32_t output, bool on);

/* Whether input number `input` is at the level that means on; false for one that there is not. */
bool gpio_input_is_on(uint32_t input);

#endif
