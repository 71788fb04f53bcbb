/* SPDX-License-Identifier: Apache-2.0 */
/* LEDs and buttons: the GPIO ports of all families are alike (RM0351, RM0433, RM0456: GPIO).
 *
 * Levels are written by BSRR, one word for one pin: it needs no reading back, and so no interrupt
 * can come between that changes another pin of the port. */
#include "port/gpio.h"

#include "port/gpio_config.h"
#include "port/peripherals.h"
#include "port/port_config.h"
#include "port/registers.h"

struct pin {
    uint32_t base; /* of its port */
    uint32_t number;
    bool on_is_high;
};

#if PORT_GPIO_OUTPUTS || PORT_GPIO_INPUTS
static void set_mode(const struct pin *pin, uint32_t mode) {
    GPIO_MODER(pin->base) =
        (GPIO_MODER(pin->base) & ~(3u << (2u * pin->number))) | (mode << (2u * pin->number));
}
#endif

#if PORT_GPIO_OUTPUTS
static const struct pin outputs[PORT_GPIO_OUTPUTS] = {PORT_GPIO_OUTPUT_PINS};

static void set_level(const struct pin *pin, bool on) {
    const bool high = on == pin->on_is_high;
    GPIO_BSRR(pin->base) = high ? GPIO_BSRR_SET(pin->number) : GPIO_BSRR_RESET(pin->number);
}

/* The level before the mode: the pin never drives another one. Push-pull without a pull and at low
 * speed are what a reset leaves, and PB3 and PB4, which wake up as pins of JTAG, get the same. */
static void begin_output(const struct pin *pin) {
    set_level(pin, false);
    GPIO_OTYPER(pin->base) &= ~(1u << pin->number);
    GPIO_PUPDR(pin->base) &= ~(3u << (2u * pin->number));
    set_mode(pin, GPIO_MODER_OUTPUT);
}
#endif

#if PORT_GPIO_INPUTS
static const struct pin inputs[PORT_GPIO_INPUTS] = {PORT_GPIO_INPUT_PINS};

/* Pulled to the level that means off, where the board itself may leave the pin open. */
static void begin_input(const struct pin *pin) {
    const uint32_t pull = pin->on_is_high ? GPIO_PUPDR_DOWN : GPIO_PUPDR_UP;
    GPIO_PUPDR(pin->base) =
        (GPIO_PUPDR(pin->base) & ~(3u << (2u * pin->number))) | (pull << (2u * pin->number));
    set_mode(pin, GPIO_MODER_INPUT);
}
#endif

void gpio_begin(void) {
    PORT_GPIO_ENABLE_REGISTER |= PORT_GPIO_ENABLE_MASK;
    (void)PORT_GPIO_ENABLE_REGISTER; /* the enables take effect before the first access after */
#if PORT_GPIO_HAS_SUPPLY
    /* PG2 to PG15 are isolated from their supply VDDIO2 after reset, until it is declared valid
     * (RM0351, RM0432, RM0456: PWR "Independent I/O supply rail"). The board feeds it with VDD. PWR
     * has been clocked by clock_begin(). */
    PORT_GPIO_SUPPLY_REGISTER |= PORT_GPIO_SUPPLY_VALID;
#endif
#if PORT_GPIO_OUTPUTS
    for (uint32_t i = 0u; i < PORT_GPIO_OUTPUTS; i++) {
        begin_output(&outputs[i]);
    }
#endif
#if PORT_GPIO_INPUTS
    for (uint32_t i = 0u; i < PORT_GPIO_INPUTS; i++) {
        begin_input(&inputs[i]);
    }
#endif
}

void gpio_output_set(uint32_t output, bool on) {
#if PORT_GPIO_OUTPUTS
    if (output < PORT_GPIO_OUTPUTS) {
        set_level(&outputs[output], on);
    }
#else
    (void)output;
    (void)on;
#endif
}

bool gpio_input_is_on(uint32_t input) {
#if PORT_GPIO_INPUTS
    if (input < PORT_GPIO_INPUTS) {
        const struct pin *pin = &inputs[input];
        return (((GPIO_IDR(pin->base) >> pin->number) & 1u) != 0u) == pin->on_is_high;
    }
#else
    (void)input;
#endif
    return false;
}
