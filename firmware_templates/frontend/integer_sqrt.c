/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/integer_sqrt.h"

#include "frontend/leading_zeros.h"
#include "frontend/mel_tables.h"

#define FIRST_STEP 64u /* the normalised number's top 8 bits are 64 ... 255 */

uint32_t integer_sqrt_u64(uint64_t value) {
    if (value == 0u) {
        return 0u;
    }
    /* value = normalised * 2^(32 - zeros), normalised in [2^30, 2^32), zeros even and >= 2. */
    const uint32_t zeros = leading_zeros_u64(value) & ~1u;
    const uint32_t normalised = (uint32_t)((value << zeros) >> 32);

    const uint32_t *step = &mel_sqrt_q30[(normalised >> 24) - FIRST_STEP];
    const uint32_t fraction_q32 = normalised << 8;
    const uint32_t rise = (uint32_t)(((uint64_t)(step[1] - step[0]) * fraction_q32) >> 32);
    const uint32_t root_q30 = step[0] + rise; /* of normalised / 2^30: [2^30, 2^31) */

    return (root_q30 << 1) >> ((zeros >> 1) - 1u);
}
