/* SPDX-License-Identifier: Apache-2.0 */
/* How much of its time the core sleeps. Time is cpu_clocks(), which goes on in sleep. */
#include "board/load.h"

#include "core/cpu.h"
#include "library/mel2metal.h"

#define PERMILLE 1000u

static uint64_t account_begin; /* in core clocks, as all here */
static uint64_t asleep;
static uint32_t overruns;
static uint32_t dropped;

void load_begin(void) {
    account_begin = cpu_clocks();
    asleep = 0u;
}

/* The interrupt that ends the sleep runs within this time: some microseconds of it. */
void load_sleep_unless(bool (*work)(void)) {
    const uint64_t before = cpu_clocks();
    cpu_sleep_unless(work);
    asleep += cpu_clocks() - before;
}

void load_add_overruns(uint32_t words) {
    overruns += words;
}

void load_add_dropped(void) {
    dropped++;
}

struct m2m_load m2m_load_take(void) {
    const uint64_t now = cpu_clocks();
    const uint64_t passed = now - account_begin;
    struct m2m_load load = {.overruns = overruns, .dropped = dropped};
    if (passed != 0u) {
        load.asleep_permille = (uint16_t)((asleep * PERMILLE + passed / 2u) / passed);
        load.load_permille = (uint16_t)(PERMILLE - load.asleep_permille);
    }
    account_begin = now;
    asleep = 0u;
    return load;
}
