/* SPDX-License-Identifier: Apache-2.0 */
#include "meter.h"

#include "mps2.h"

#define MAX_CALLS 65536u
#define MAX_NESTING 16u

struct open_call {
    uint32_t meter;
    uint32_t return_address;
    uint32_t began_ticks;
};

static struct open_call open_calls[MAX_NESTING];
static uint32_t depth;
static struct metered_call calls[MAX_CALLS];
static uint32_t calls_count;

void meter_enter(uint32_t meter, uint32_t return_address) {
    if (depth == MAX_NESTING) {
        mps2_exit(MPS2_EXIT_NESTING);
    }
    struct open_call *call = &open_calls[depth++];
    call->meter = meter;
    call->return_address = return_address;
    call->began_ticks = mps2_timer_ticks();
}

uint32_t meter_leave(void) {
    const uint32_t now_ticks = mps2_timer_ticks();
    const struct open_call *call = &open_calls[--depth];
    if (calls_count == MAX_CALLS) {
        mps2_exit(MPS2_EXIT_RECORDS);
    }
    calls[calls_count].meter = call->meter;
    calls[calls_count].ticks = call->began_ticks - now_ticks;
    calls_count++;
    return call->return_address;
}

const struct metered_call *meter_calls(uint32_t *count) {
    *count = calls_count;
    return calls;
}

void meter_forget_calls(void) {
    calls_count = 0u;
}
