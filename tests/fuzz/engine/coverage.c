/* SPDX-License-Identifier: Apache-2.0 */
#include "coverage.h"

#define BLOCKS (1u << 16) /* a power of two: blocks share a place by chance, seldom */

static uint8_t passed[BLOCKS]; /* in this run; it stays at 255 */
static uint8_t ever[BLOCKS];   /* a bit for each step of how often */
static uint32_t touched[BLOCKS];
static uint32_t touched_count;
static uint32_t blocks;
static uint32_t features;

/* gcc's name for what -fsanitize-coverage=trace-pc calls. */
void __sanitizer_cov_trace_pc(void);

/* Relative to a function of the program: it is loaded elsewhere each time. */
void __sanitizer_cov_trace_pc(void) {
    const uintptr_t pc = (uintptr_t)__builtin_return_address(0);
    const uint64_t place = (uint64_t)(pc - (uintptr_t)coverage_begin) * 0x9E3779B97F4A7C15u;
    const uint32_t block = (uint32_t)(place >> 48);
    if (passed[block] == 0u) {
        touched[touched_count++] = block;
    }
    if (passed[block] != UINT8_MAX) {
        passed[block]++;
    }
}

void coverage_begin(void) {
    for (uint32_t i = 0u; i < touched_count; i++) {
        passed[touched[i]] = 0u;
    }
    touched_count = 0u;
}

/* The bit of 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, 128 and more times. */
static uint8_t step_of(uint8_t times) {
    static const uint8_t least[] = {128u, 32u, 16u, 8u, 4u, 3u, 2u};
    for (uint32_t i = 0u; i < sizeof least; i++) {
        if (times >= least[i]) {
            return (uint8_t)(0x80u >> i);
        }
    }
    return 1u;
}

uint32_t coverage_take_new(void) {
    uint32_t found = 0u;
    for (uint32_t i = 0u; i < touched_count; i++) {
        uint8_t *seen = &ever[touched[i]];
        const uint8_t step = step_of(passed[touched[i]]);
        if ((*seen & step) == 0u) {
            blocks += *seen == 0u ? 1u : 0u;
            *seen |= step;
            found++;
        }
    }
    features += found;
    return found;
}

uint32_t coverage_blocks(void) {
    return blocks;
}

uint32_t coverage_features(void) {
    return features;
}
