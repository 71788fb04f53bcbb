/* SPDX-License-Identifier: Apache-2.0 */
#include "core/image.h"

#include "core/memory_layout.h"
#include "port/port_config.h"

const uint8_t *image_begin(void) {
    return __image_start;
}

uint32_t image_bytes(void) {
    return (uint32_t)(__image_end - __image_start);
}

static uint32_t bytes_between(const uint32_t *begin, const uint32_t *end) {
    return (uint32_t)((const uint8_t *)end - (const uint8_t *)begin);
}

uint32_t image_static_bytes(void) {
    uint32_t bytes = bytes_between(__data_start, __bss_end);
#if PORT_HAS_MEMORY
    bytes += bytes_between(__dma_start, __dma_end) + bytes_between(__itcm_start, __itcm_end);
#endif
    return bytes;
}
