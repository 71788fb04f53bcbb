/* SPDX-License-Identifier: Apache-2.0 */
/* Entry points and memory of the test image: what the tests call and fill. */
#include <stddef.h>

#include "frontend/complex_transform.h"
#include "frontend/frontend.h"
#include "frontend/integer_log2.h"
#if !MEL_SPECTRUM_IS_POWER
#include "frontend/integer_sqrt.h"
#endif

#if MEL_HOP_SAMPLES > MEL_FRAME_SAMPLES
_Alignas(4) int16_t probe_samples[MEL_HOP_SAMPLES];
#else
_Alignas(4) int16_t probe_samples[MEL_FRAME_SAMPLES];
#endif
int8_t probe_frame[MEL_FEATURES];
uint32_t probe_frames;
struct mel_workspace probe_workspace;
uint32_t probe_shift;
static struct frontend frontend;

void probe_mel(void);
int32_t probe_log2_q24(uint64_t value);
#if !MEL_SPECTRUM_IS_POWER
uint32_t probe_sqrt_q1(uint64_t value);
#endif
void probe_reset(void);
void probe_push(void);
void probe_transform(void);

static int take_frame(void *context, const int8_t frame[MEL_FEATURES]) {
    (void)context;
    for (uint32_t band = 0u; band < MEL_FEATURES; band++) {
        probe_frame[band] = frame[band];
    }
    probe_frames++;
    return 0;
}

/* probe_samples to probe_frame, one frame; of a record without pre-emphasis. */
void probe_mel(void) {
#if MEL_PRE_EMPHASIS_Q31 == 0
#if MEL_NOISE_ESTIMATES
    struct output_state *const output = &frontend.output;
#else
    struct output_state *const output = NULL;
#endif
    mel_compute_frame_s8(probe_samples, &probe_workspace, output, probe_frame);
#endif
}

/* The spectrum's numbers, each at its place, to bins; probe_shift is their block shift. */
void probe_transform(void) {
    complex_transform((struct word_pair *)probe_workspace.spectrum, probe_shift);
}

void probe_reset(void) {
    frontend_reset(&frontend);
    probe_frames = 0u;
}

int32_t probe_log2_q24(uint64_t value) {
    return integer_log2_u64(value);
}

#if !MEL_SPECTRUM_IS_POWER
uint32_t probe_sqrt_q1(uint64_t value) {
    return integer_sqrt_u64(value);
}
#endif

/* One hop of probe_samples through gate and mel. */
void probe_push(void) {
    (void)frontend_push_q15(&frontend, probe_samples, MEL_HOP_SAMPLES, take_frame, 0);
}
