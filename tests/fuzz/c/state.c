/* SPDX-License-Identifier: Apache-2.0 */
#include "state.h"

#include <stdint.h>
#include <stdlib.h>

/* The linker's names for the sections that tests/fuzz/c_build.py puts them into. */
extern uint64_t __start_firmware_data[] __attribute__((weak));
extern uint64_t __stop_firmware_data[] __attribute__((weak));
extern uint64_t __start_firmware_bss[] __attribute__((weak));
extern uint64_t __stop_firmware_bss[] __attribute__((weak));

static uint64_t *data_at_start;

/* Between the variables are the sanitizer's own bytes, which nobody else may touch: these loops
 * are not looked at, and are no call of memcpy(), which would be. Sections begin at words. */
__attribute__((no_sanitize("address"))) static void
copy(volatile uint64_t *to, const volatile uint64_t *from, uintptr_t bytes) {
    for (uintptr_t i = 0u; i < bytes / 8u; i++) {
        to[i] = from[i];
    }
    for (uintptr_t i = bytes / 8u * 8u; i < bytes; i++) {
        ((volatile uint8_t *)to)[i] = ((const volatile uint8_t *)from)[i];
    }
}

__attribute__((no_sanitize("address"))) static void clear(volatile uint64_t *to, uintptr_t bytes) {
    for (uintptr_t i = 0u; i < bytes / 8u; i++) {
        to[i] = 0u;
    }
    for (uintptr_t i = bytes / 8u * 8u; i < bytes; i++) {
        ((volatile uint8_t *)to)[i] = 0u;
    }
}

void state_restore(void) {
    const uintptr_t data = (uintptr_t)__stop_firmware_data - (uintptr_t)__start_firmware_data;
    const uintptr_t bss = (uintptr_t)__stop_firmware_bss - (uintptr_t)__start_firmware_bss;
    if (data_at_start == NULL) {
        data_at_start = malloc(data + 1u);
        copy(data_at_start, __start_firmware_data, data);
    }
    copy(__start_firmware_data, data_at_start, data);
    clear(__start_firmware_bss, bss);
}
