/* SPDX-License-Identifier: Apache-2.0 */
/* library/events.c: any rule, any scores; what begins and ends, and when, is what docs/decision.md
 * says, computed here from all steps anew, without rings and running sums. */
#include "library/events.h"

#include <string.h>

#include "input.h"
#include "require.h"

#define MOST_STEPS 300u
#define NOBODY (-1)

struct course {
    bool active;
    uint64_t begun;
    uint32_t rest; /* steps in which it does not begin */
    uint32_t hits;
};

static struct event_rule rule;
static int8_t steps[MOST_STEPS][NETWORK_CLASSES];
static uint32_t step_count;
static struct course courses[NETWORK_CLASSES];
static struct event due[2u * NETWORK_CLASSES];
static uint32_t due_count;
static uint32_t come_count;

static void draw_rule(struct input *input) {
    rule.head = (enum decision_head)(input_u8(input) % 3u + DECISION_SOFTMAX);
    for (uint32_t class = 0u; class < NETWORK_CLASSES; class++) {
        struct event_class_rule *one = &rule.classes[class];
        one->begin = (int8_t)input_u8(input);
        one->end = (int16_t)(one->begin - (input_u8(input) & 31));
        one->minimum = (uint16_t)(input_u8(input) % 5u + 1u);
        one->refractory = (uint16_t)(input_u8(input) % 8u);
        one->smoothing = (uint16_t)(input_u8(input) % (EVENT_RULE_STEPS + 1u));
    }
}

/* Of the newest steps of the class; before the first one all was silent. */
static int32_t sum_of(uint32_t class) {
    int32_t sum = 0;
    for (uint32_t back = 0u; back < rule.classes[class].smoothing; back++) {
        sum += back < step_count ? steps[step_count - 1u - back][class] : EVENT_SILENT_SCORE;
    }
    return sum;
}

static bool is_silent(uint32_t class) {
    return sum_of(class) == EVENT_SILENT_SCORE * (int32_t)rule.classes[class].smoothing;
}

/* Logits: means are compared as their sums are; one class has one smoothing, another another. */
static int32_t highest_class(void) {
    int32_t best = NOBODY;
    for (uint32_t class = 0u; class < NETWORK_CLASSES; class++) {
        if (!is_silent(class) && (best == NOBODY || sum_of(class) > sum_of((uint32_t)best))) {
            best = (int32_t)class;
        }
    }
    return best;
}

static bool is_on(uint32_t class, int32_t threshold) {
    if (rule.head == DECISION_LOGITS) {
        return (int32_t)class == highest_class();
    }
    return sum_of(class) >= threshold * (int32_t)rule.classes[class].smoothing;
}

static int8_t mean_of(uint32_t class) {
    const int32_t count = rule.classes[class].smoothing;
    int32_t mean = -128;
    while (2 * (sum_of(class) - mean * count) >= count) { /* halves go up */
        mean++;
    }
    return (int8_t)mean;
}

static void expect(enum event_kind kind, uint32_t class, uint64_t sample) {
    due[due_count++] = (struct event){.kind = kind,
                                      .score = mean_of(class),
                                      .label = class,
                                      .sample = sample,
                                      .begin_sample = courses[class].begun};
}

static void expect_step(uint64_t sample) {
    bool ended[NETWORK_CLASSES] = {false};
    for (uint32_t class = 0u; class < NETWORK_CLASSES; class++) {
        struct course *course = &courses[class];
        if (course->active && !is_on(class, rule.classes[class].end)) {
            expect(EVENT_ENDS, class, sample);
            *course = (struct course){.rest = rule.classes[class].refractory};
            ended[class] = true;
        }
    }
    for (uint32_t class = 0u; class < NETWORK_CLASSES; class++) {
        struct course *course = &courses[class];
        if (course->active || ended[class] || rule.classes[class].smoothing == 0u) {
            continue;
        }
        if (course->rest != 0u) {
            course->rest--;
            continue;
        }
        course->hits = is_on(class, rule.classes[class].begin) ? course->hits + 1u : 0u;
        if (course->hits >= rule.classes[class].minimum) {
            course->active = true;
            course->begun = sample;
            expect(EVENT_BEGINS, class, sample);
        }
    }
}

static void on_event(void *context, const struct event *event) {
    REQUIRE(context == &rule, "the sink's context");
    REQUIRE(come_count < due_count, "no event comes that is not due");
    const struct event *one = &due[come_count++];
    REQUIRE(event->kind == one->kind && event->label == one->label, "events come in order");
    REQUIRE(event->sample == one->sample && event->begin_sample == one->begin_sample, "in time");
    REQUIRE(event->score == one->score, "with the mean, to the nearest");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    static struct events events;
    const struct event_sink sink = {.context = &rule, .on_event = on_event};
    struct input input = {bytes, count};
    uint64_t sample = 0u;
    draw_rule(&input);
    memset(courses, 0, sizeof courses);
    events_begin(&events, &rule, &sink);
    for (step_count = 0u; step_count < MOST_STEPS && input.left != 0u;) {
        const uint8_t what = input_u8(&input);
        for (uint32_t class = 0u; class < NETWORK_CLASSES; class++) {
            steps[step_count][class] = what < 64u ? EVENT_SILENT_SCORE : (int8_t)input_u8(&input);
        }
        sample += what;
        step_count++;
        due_count = 0u;
        come_count = 0u;
        expect_step(sample);
        events_step(&events, what < 64u ? NULL : steps[step_count - 1u], sample);
        REQUIRE(come_count == due_count, "each event that is due comes");
    }
    return 0;
}
