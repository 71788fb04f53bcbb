/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hears a clip from a file of raw int16 samples at MEL_SAMPLE_RATE_HZ and prints what the firmware
 * would answer. A program of its own, so that it can be built with sanitisers and run under a
 * debugger.
 *
 *     host_main FILE [PIECE]
 */
#include <stdio.h>
#include <stdlib.h>

#include "host/host_twin.h"

#define MAX_SAMPLES (60u * MEL_SAMPLE_RATE_HZ)

static int16_t samples[MAX_SAMPLES];

static void print_clip(const struct listener_clip *clip) {
    printf("frames %u patches %u decision %d detected", clip->frames, clip->patches,
           clip->decision.label);
    for (uint32_t class = 0u; class < NETWORK_CLASSES; class++) {
        const uint32_t bits = clip->decision.detected[class / 8u];
        if ((bits >> (class % 8u) & 1u) != 0u) {
            printf(" %u", class);
        }
    }
    printf(" sums");
    for (uint32_t class = 0u; class < NETWORK_CLASSES; class++) {
        printf(" %d", clip->score_sums[class]);
    }
    printf("\n");
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
    const uint32_t count = (uint32_t)fread(samples, sizeof samples[0], MAX_SAMPLES, file);
    fclose(file);

    const uint32_t piece = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0u;
    struct listener_clip clip;
    const int32_t error = host_twin_run_clip_q15(samples, count, piece, NULL, 0u, NULL, 0u, &clip);
    if (error < 0) {
        fprintf(stderr, "the listener returned %d\n", error);
        return 1;
    }
    print_clip(&clip);
    return 0;
}
