/* SPDX-License-Identifier: Apache-2.0 */
/* Each operation over a list of operands; the same source for target and host. */
#include "operate.h"

#include "cmsis_compiler.h"
#include "frontend/dsp_words.h"
#include "frontend/leading_zeros.h"
#include "network/dsp_intrinsics.h"

#define SUM_64 (((uint64_t)c << 32) | (a ^ b))

#define OPERATION(name, expression)                                                                \
    static void operate_##name(const struct operands *operands, uint32_t count,                    \
                               uint32_t *results) {                                                \
        for (uint32_t i = 0u; i < count; i++) {                                                    \
            const uint32_t a = operands[i].a, b = operands[i].b, c = operands[i].c;                \
            (void)b;                                                                               \
            (void)c;                                                                               \
            results[i] = (uint32_t)(expression);                                                   \
        }                                                                                          \
    }
#include "operations.h"
#undef OPERATION

#define OPERATION(name, expression) operate_##name,
const operate_fn operations[] = {
#include "operations.h"
};
#undef OPERATION

const uint32_t operations_count = sizeof operations / sizeof operations[0];
