/* SPDX-License-Identifier: Apache-2.0 */
/* The core of every generated network.c of the stand-in: a patch as ST's interfaces have it, row by
 * row through the built-in engine. Input and output share memory, and nothing of the input is left:
 * who counts on either finds out. */
bool mel2metal_stand_in_runs_here(void);

static int standin_run(uint8_t *activations) {
    static int8_t patch[STANDIN_FRAMES * STANDIN_BANDS];
    if (!mel2metal_stand_in_runs_here()) {
        return -1;
    }
    for (uint32_t i = 0u; i < sizeof patch; i++) {
        patch[i] = (int8_t)activations[i];
    }
    standin_begin();
    int status = 0;
    for (uint32_t row = 0u; row < STANDIN_FRAMES; row++) {
        int8_t frame[STANDIN_BANDS];
        for (uint32_t band = 0u; band < STANDIN_BANDS; band++) {
            frame[band] = patch[STANDIN_PLACE(row, band)];
        }
        status = standin_push_frame_s8(frame);
    }
    for (uint32_t i = 0u; i < STANDIN_ACTIVATION_BYTES; i++) {
        activations[i] = 0xA5u;
    }
    for (uint32_t class = 0u; class < STANDIN_CLASSES; class ++) {
        const int32_t score = standin_scores_s8()[class];
        STANDIN_PUT_SCORE(activations, class, score);
    }
    return status == STANDIN_READY ? 0 : -1;
}
