/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_FEATURE_SCALE_H
#define FRONTEND_FEATURE_SCALE_H

#include <stdint.h>

#include "frontend/feature_tables.h"

/* A feature's value in the model's int8: (value - mean) / deviation / scale + zero point, rounded
 * half up and clamped. */
static inline int8_t feature_scale_s8(int32_t value, uint32_t feature) {
    const int64_t steps =
        ((int64_t)value * feature_multipliers[feature] + feature_offsets[feature]) >> FEATURE_SHIFT;
    if (steps > INT8_MAX) {
        return INT8_MAX;
    }
    return (int8_t)(steps < INT8_MIN ? INT8_MIN : steps);
}

#endif
