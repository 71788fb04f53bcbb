/* SPDX-License-Identifier: Apache-2.0 */
#include "library/weights.h"

#include "library/crc32.h"

uint32_t weights_crc(void) {
    uint32_t crc = 0u;
    for (uint32_t i = 0u; i < weights_table_count; i++) {
        crc = crc32_update(crc, weights_tables[i].begin, weights_tables[i].bytes);
    }
    return crc;
}
