/* SPDX-License-Identifier: Apache-2.0 */
#include "library/events.h"

#include <stddef.h>
#include <string.h>

#define NO_CLASS (-1)

/* The mean of `steps` scores, to the nearest, halves up. */
static int8_t nearest_mean(int32_t sum, int32_t steps) {
    const int32_t above = sum - EVENT_SILENT_SCORE * steps; /* 0 is the lowest: no sign to mind */
    return (int8_t)((2 * above + steps) / (2 * steps) + EVENT_SILENT_SCORE);
}

static void tell(const struct events *self, enum event_kind kind, uint32_t label, uint64_t sample) {
    const struct event_course *course = &self->courses[label];
    const struct event event = {
        .kind = kind,
        .score = nearest_mean(course->sum, self->rule->classes[label].smoothing),
        .label = label,
        .sample = sample,
        .begin_sample = course->begin_sample,
    };
    self->sink.on_event(self->sink.context, &event);
}

/* Logits: the class of the highest mean, the lowest of equals; none where all of it was silence. */
static int32_t highest_class(const struct events *self) {
    int32_t best = NO_CLASS;
    for (uint32_t label = 0u; label < NETWORK_CLASSES; label++) {
        const int32_t steps = self->rule->classes[label].smoothing;
        const int32_t sum = self->courses[label].sum;
        if (sum == EVENT_SILENT_SCORE * steps) {
            continue; /* so is a class without events: no step, no sum */
        }
        if (best == NO_CLASS || sum > self->courses[best].sum) {
            best = (int32_t)label;
        }
    }
    return best;
}

/* Whether a class's mean reaches a threshold; of logits, whether it is the highest. */
static bool is_on(const struct events *self, uint32_t label, int32_t threshold, int32_t highest) {
    if (self->rule->head == DECISION_LOGITS) {
        return (int32_t)label == highest;
    }
    return self->courses[label].sum >= threshold * self->rule->classes[label].smoothing;
}

/* Put the step into the history, and its scores into the sums, from which the oldest go. */
static void take_scores(struct events *self, const int8_t *scores) {
    const uint32_t row = (self->newest + 1u) % EVENT_RULE_STEPS;
    for (uint32_t label = 0u; label < NETWORK_CLASSES; label++) {
        const uint32_t steps = self->rule->classes[label].smoothing;
        if (steps > 0u) {
            const uint32_t oldest = (row + EVENT_RULE_STEPS - steps) % EVENT_RULE_STEPS;
            const int32_t score = scores != NULL ? scores[label] : EVENT_SILENT_SCORE;
            self->courses[label].sum += score - self->history[oldest][label];
        }
    }
    for (uint32_t label = 0u; label < NETWORK_CLASSES; label++) {
        self->history[row][label] = scores != NULL ? scores[label] : EVENT_SILENT_SCORE;
    }
    self->newest = row;
}

static void end_classes(struct events *self, uint64_t sample, int32_t highest) {
    for (uint32_t label = 0u; label < NETWORK_CLASSES; label++) {
        const struct event_class_rule *rule = &self->rule->classes[label];
        struct event_course *course = &self->courses[label];
        if (course->active && !is_on(self, label, rule->end, highest)) {
            course->active = false;
            course->hits = 0u;
            course->rest = (uint32_t)rule->refractory + 1u; /* this step is the first */
            tell(self, EVENT_ENDS, label, sample);
        }
    }
}

static void begin_classes(struct events *self, uint64_t sample, int32_t highest) {
    for (uint32_t label = 0u; label < NETWORK_CLASSES; label++) {
        const struct event_class_rule *rule = &self->rule->classes[label];
        struct event_course *course = &self->courses[label];
        if (rule->smoothing == 0u || course->active) {
            continue;
        }
        if (course->rest > 0u) {
            course->rest--;
            continue;
        }
        course->hits = is_on(self, label, rule->begin, highest) ? course->hits + 1u : 0u;
        if (course->hits >= rule->minimum) {
            course->active = true;
            course->begin_sample = sample;
            tell(self, EVENT_BEGINS, label, sample);
        }
    }
}

void events_begin(struct events *self, const struct event_rule *rule,
                  const struct event_sink *sink) {
    memset(self, 0, sizeof *self);
    self->rule = rule;
    self->sink = *sink;
    memset(self->history, EVENT_SILENT_SCORE, sizeof self->history);
    for (uint32_t label = 0u; label < NETWORK_CLASSES; label++) {
        self->courses[label].sum = EVENT_SILENT_SCORE * (int32_t)rule->classes[label].smoothing;
    }
}

void events_step(struct events *self, const int8_t *scores, uint64_t sample) {
    take_scores(self, scores);
    const int32_t highest = self->rule->head == DECISION_LOGITS ? highest_class(self) : NO_CLASS;
    end_classes(self, sample, highest);
    begin_classes(self, sample, highest);
}
