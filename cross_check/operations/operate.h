/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OPERATIONS_OPERATE_H
#define OPERATIONS_OPERATE_H

#include <stdint.h>

struct operands {
    uint32_t a, b, c;
};

typedef void (*operate_fn)(const struct operands *operands, uint32_t count, uint32_t *results);

extern const operate_fn operations[];
extern const uint32_t operations_count;

#endif
