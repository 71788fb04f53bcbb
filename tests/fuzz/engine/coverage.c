/* SPDX-License-Identifier: Apache-2.0 */
#include "coverage.h"

#include <string.h>

#define BLOCKS (1u << 16) /* a power of two: blocks share a place by chance, seldom */
#define COMPARISONS 512u

static uint8_t passed[BLOCKS]; /* in this run; it stays at 255 */
static uint8_t ever[BLOCKS];   /* a bit for each step of how often */
static uint32_t touched[BLOCKS];
static uint32_t touched_count;
static uint32_t blocks;
static uint32_t features;
static struct comparison comparisons[COMPARISONS];
static uint64_t compared;

/* gcc's names for what -fsanitize-coverage=trace-pc,trace-cmp calls. */
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_cmp1(uint8_t left, uint8_t right);
void __sanitizer_cov_trace_cmp2(uint16_t left, uint16_t right);
void __sanitizer_cov_trace_cmp4(uint32_t left, uint32_t right);
void __sanitizer_cov_trace_cmp8(uint64_t left, uint64_t right);
void __sanitizer_cov_trace_const_cmp1(uint8_t left, uint8_t right);
void __sanitizer_cov_trace_const_cmp2(uint16_t left, uint16_t right);
void __sanitizer_cov_trace_const_cmp4(uint32_t left, uint32_t right);
void __sanitizer_cov_trace_const_cmp8(uint64_t left, uint64_t right);
void __sanitizer_cov_trace_switch(uint64_t value, void *table);

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

static void compare(uint64_t left, uint64_t right, uint32_t bytes) {
    if (left != right) {
        comparisons[compared++ % COMPARISONS] = (struct comparison){left, right, bytes};
    }
}

struct comparison coverage_comparison(uint64_t number) {
    const uint64_t kept = compared < COMPARISONS ? compared : COMPARISONS;
    return kept == 0u ? (struct comparison){0} : comparisons[number % kept];
}

void __sanitizer_cov_trace_cmp1(uint8_t left, uint8_t right) {
    compare(left, right, 1u);
}

void __sanitizer_cov_trace_cmp2(uint16_t left, uint16_t right) {
    compare(left, right, 2u);
}

void __sanitizer_cov_trace_cmp4(uint32_t left, uint32_t right) {
    compare(left, right, 4u);
}

void __sanitizer_cov_trace_cmp8(uint64_t left, uint64_t right) {
    compare(left, right, 8u);
}

void __sanitizer_cov_trace_const_cmp1(uint8_t left, uint8_t right) {
    compare(right, left, 1u);
}

void __sanitizer_cov_trace_const_cmp2(uint16_t left, uint16_t right) {
    compare(right, left, 2u);
}

void __sanitizer_cov_trace_const_cmp4(uint32_t left, uint32_t right) {
    compare(right, left, 4u);
}

void __sanitizer_cov_trace_const_cmp8(uint64_t left, uint64_t right) {
    compare(right, left, 8u);
}

/* The table: how many cases there are, bits of the value, then the cases. */
void __sanitizer_cov_trace_switch(uint64_t value, void *table) {
    const uint64_t *cases = table;
    for (uint64_t i = 0u; i < cases[0]; i++) {
        compare(value, cases[2u + i], (uint32_t)(cases[1] / 8u));
    }
}
