/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listens to a file of raw int16 samples at MEL_SAMPLE_RATE_HZ without end, and prints each step
 * and event. A program of its own, so that it can be built with sanitisers and run under a
 * debugger.
 *
 *     host_continuous_main FILE [PIECE]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "library/continuous.h"

#define MOST_SAMPLES 4096u

static void print_patch(void *context, const struct continuous_patch *patch) {
    (void)context;
    printf("step %" PRIu64 " %" PRIu32, patch->sample, patch->index);
    for (uint32_t label = 0u; label < NETWORK_CLASSES; label++) {
        printf(" %d", patch->scores[label]);
    }
    printf("\n");
}

static void print_silence(void *context, uint64_t sample) {
    (void)context;
    printf("silent %" PRIu64 "\n", sample);
}

static void print_event(void *context, const struct event *event) {
    (void)context;
    printf("%s %" PRIu64 " %" PRIu32 " %d %" PRIu64 "\n",
           event->kind == EVENT_BEGINS ? "begins" : "ends", event->sample, event->label,
           event->score, event->begin_sample);
}

static int listen(FILE *file, size_t piece) {
    static struct continuous continuous;
    static int16_t samples[MOST_SAMPLES];
    const struct continuous_callbacks callbacks = {
        .on_patch = print_patch, .on_step = print_silence, .on_event = print_event};
    size_t count;

    continuous_begin(&continuous, &callbacks);
    while ((count = fread(samples, sizeof samples[0], piece, file)) > 0u) {
        const int error = continuous_push_q15(&continuous, samples, (uint32_t)count);
        if (error < 0) {
            fprintf(stderr, "listening returned %d\n", error);
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: %s FILE [PIECE]\n", argv[0]);
        return 2;
    }
    FILE *file = fopen(argv[1], "rb");
    if (file == NULL) {
        perror(argv[1]);
        return 2;
    }
    const unsigned long piece = argc > 2 ? strtoul(argv[2], NULL, 10) : 0u;
    const int status = listen(file, piece > 0u && piece < MOST_SAMPLES ? piece : MOST_SAMPLES);
    fclose(file);
    return status;
}
