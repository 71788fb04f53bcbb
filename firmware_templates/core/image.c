/* SPDX-License-Identifier: Apache-2.0 */
#include "core/image.h"

#include "core/memory_layout.h"

const uint8_t *image_begin(void) {
    return __image_start;
}

uint32_t image_bytes(void) {
    return (uint32_t)(__image_end - __image_start);
}

uint32_t image_static_bytes(void) {
    return (uint32_t)((const uint8_t *)__bss_end - (const uint8_t *)__data_start);
}
