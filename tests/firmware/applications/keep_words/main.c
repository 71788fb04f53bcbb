/* SPDX-License-Identifier: Apache-2.0 */
/* An application for tests of the microphone's driver: what it hands out stays where a test finds
 * it.
 *
 * A character makes it look away from the microphone for that many tens of milliseconds. */
#include "core/cortex_m.h"
#include "library/mel2metal.h"
#include "port/microphone.h"
#include "port/watchdog.h"

#define WORDS 12800u
#define MS_PER_STEP 10u

extern int32_t heard[WORDS];
extern volatile uint32_t heard_words;
extern volatile uint32_t lost_words;
extern volatile uint32_t odd_spans;
extern volatile uint32_t sleeps;

int32_t heard[WORDS];
volatile uint32_t heard_words;
volatile uint32_t lost_words;
volatile uint32_t odd_spans;
volatile uint32_t sleeps;

static void take(void) {
    const int32_t *words;
    const uint32_t count = microphone_span(&words);
    odd_spans += count & 1u;
    for (uint32_t i = 0u; i < count && heard_words < WORDS; i++) {
        heard[heard_words] = words[i];
        heard_words++;
    }
    microphone_consume(count);
    lost_words += microphone_take_overruns();
}

static void look_away(void) {
    const int character = m2m_read();
    if (character > 0) {
        const uint64_t end = m2m_clock_ms() + (uint64_t)character * MS_PER_STEP;
        while (m2m_clock_ms() < end) {
        }
    }
}

/* The check and the sleep are one: an interrupt between them would be slept through. */
static void sleep_unless_pending(void) {
    core_interrupts_disable();
    if (!microphone_pending()) {
        core_wait_for_interrupt();
        sleeps++;
    }
    core_interrupts_enable();
}

int main(void) {
    m2m_board_begin();
    for (;;) {
        take();
        look_away();
        watchdog_feed();
        sleep_unless_pending();
    }
}
