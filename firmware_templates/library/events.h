/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBRARY_EVENTS_H
#define LIBRARY_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "library/decision.h"
#include "library/event_rule.h"
#include "network/network.h"

/*
 * The running decision: when a class begins and ends in sound without end.
 *
 * Time goes in steps. A step has the scores of a patch, or it is silent: then every score counts
 * as EVENT_SILENT_SCORE. A class's mean is that of its newest `smoothing` steps; before the first
 * step all was silent. Its reference is generator/model/event_rule.py.
 */

#define EVENT_SILENT_SCORE (-128)

struct event_class_rule {
    int16_t begin;       /* least mean with which the class begins; logits: not looked at */
    int16_t end;         /* with a lower mean it ends; logits: not looked at */
    uint16_t minimum;    /* steps one after another that must reach `begin`, at least 1 */
    uint16_t refractory; /* steps after its end in which it does not begin again */
    uint16_t smoothing;  /* steps of its mean, EVENT_RULE_STEPS at most; 0: it makes no events */
};

struct event_rule {
    enum decision_head head; /* logits: a class is on while its mean is the highest */
    struct event_class_rule classes[NETWORK_CLASSES];
};

/* The rule of this image. */
extern const struct event_rule event_rule;

enum event_kind {
    EVENT_BEGINS,
    EVENT_ENDS,
};

struct event {
    enum event_kind kind;
    int8_t score;          /* the class's mean at this step, to the nearest, halves up */
    uint32_t label;        /* the class */
    uint64_t sample;       /* the end of the step that decided it */
    uint64_t begin_sample; /* that of the step with which it began */
};

struct event_sink {
    void *context;
    void (*on_event)(void *context, const struct event *event);
};

/* Where one class is. */
struct event_course {
    uint64_t begin_sample;
    int32_t sum;   /* of its newest scores */
    uint32_t rest; /* steps in which it cannot begin */
    uint32_t hits; /* newest steps that reached `begin`, `minimum` at most */
    bool active;
};

struct events {
    const struct event_rule *rule;
    struct event_sink sink;
    uint32_t newest; /* row of the newest step */
    struct event_course courses[NETWORK_CLASSES];
    int8_t history[EVENT_RULE_STEPS][NETWORK_CLASSES]; /* scores of the newest steps, in a ring */
};

/* Forget everything: all was silent. The rule must stay; the sink is copied. */
void events_begin(struct events *self, const struct event_rule *rule,
                  const struct event_sink *sink);

/*
 * Take a step that ends with that sample: its scores, or NULL where it is silent. Tells what ends
 * and then what begins, each in the order of the classes.
 */
void events_step(struct events *self, const int8_t *scores, uint64_t sample);

#endif
