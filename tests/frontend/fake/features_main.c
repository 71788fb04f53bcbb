/* SPDX-License-Identifier: Apache-2.0 */
/*
 * features: int16 samples of a clip from standard input, frames to standard output. Samples and
 * frames lie in memory of exactly their size, so that an access beyond them is seen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/host_frontend.h"

#define MAX_SAMPLES 2000000u

int main(void) {
    static int16_t input[MAX_SAMPLES];
    const size_t count = fread(input, sizeof input[0], MAX_SAMPLES, stdin);
    const size_t capacity = count / host_frontend_hop_samples() + 1u;
    const size_t bytes = capacity * host_frontend_bands();
    int16_t *samples = malloc(count * sizeof samples[0]);
    int8_t *frames = malloc(bytes);
    if (samples == NULL || frames == NULL) {
        return 1;
    }
    memcpy(samples, input, count * sizeof samples[0]);
    const int32_t given =
        host_frontend_features_s8(samples, (uint32_t)count, frames, (uint32_t)capacity);
    if (given >= 0) {
        fwrite(frames, host_frontend_bands(), (size_t)given, stdout);
    }
    free(samples);
    free(frames);
    return given < 0 ? 2 : 0;
}
