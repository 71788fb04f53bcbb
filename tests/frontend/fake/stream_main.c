/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream PIECE: int16 samples from standard input through the listener in pieces of PIECE (0: all
 * at once), frames to standard output. Each piece lies in memory of its own, so that a read beyond
 * it is seen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "library/listener.h"

#define MAX_SAMPLES (16000u * 20u)

static void write_frame(void *context, const int8_t *frame) {
    (void)context;
    fwrite(frame, 1u, MEL_FEATURES, stdout);
}

int main(int argc, char **argv) {
    static int16_t samples[MAX_SAMPLES];
    static struct listener listener;
    const struct listener_events events = {.on_frame = write_frame};
    const size_t piece = argc > 1 ? strtoul(argv[1], NULL, 10) : 0u;
    const size_t count = fread(samples, sizeof samples[0], MAX_SAMPLES, stdin);

    listener_begin(&listener, &events);
    for (size_t begin = 0u; begin < count;) {
        const size_t rest = count - begin;
        const size_t taken = piece > 0u && piece < rest ? piece : rest;
        int16_t *copy = malloc(taken * sizeof samples[0]);
        if (copy == NULL) {
            return 1;
        }
        memcpy(copy, &samples[begin], taken * sizeof samples[0]);
        const int error = listener_push_q15(&listener, copy, (uint32_t)taken);
        free(copy);
        if (error < 0) {
            return 2;
        }
        begin += taken;
    }
    struct listener_clip clip;
    return listener_end(&listener, &clip) < 0 ? 3 : 0;
}
