/* SPDX-License-Identifier: Apache-2.0 */
#include "core/stack.h"

#include "core/memory_layout.h"

uint32_t stack_bytes(void) {
    return (uint32_t)((const uint8_t *)__stack_top - (const uint8_t *)__stack_limit);
}

uint32_t stack_high_water_bytes(void) {
    const volatile uint32_t *word = __stack_limit;
    while (word < __stack_top && *word == STACK_PAINT) {
        word++;
    }
    return (uint32_t)((const uint8_t *)__stack_top - (const volatile uint8_t *)word);
}
