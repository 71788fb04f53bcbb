/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The row-streaming schedule. Generated from tiny; do not edit.
 *
 * Rows are time. Each stage below makes rows of its output from the last rows of its input, which
 * stand in a ring. advance_stage_N() makes all rows that have become possible and tells the stages
 * that read them. Rings are just as deep as this order of work needs. Read from the bottom: the
 * first stage stands last, as C wants it.
 */
#include "network/network.h"

#include <stdbool.h>
#include <stddef.h>

#include "network/kernels/kernels.h"
#include "network/network_weights.h"
#include "network/row_taps.h"

/* All memory of the activations. */
struct network_arena {
    union {
        int16_t columns[320]; /* one row, laid out for a matrix product */
        struct {
            int8_t vector_6[8];
            int8_t vector_7[3];
        } tail; /* after the last row */
    } scratch;
    uint8_t rows_0[3][64]; /* 3 of 16 rows of 64 x 1, scale 0.0546875, zero point 40 */
    uint8_t rows_1[3][128]; /* 3 of 8 rows of 32 x 4, scale 0.0562893, zero point -128 */
    uint8_t rows_2[3][192]; /* 3 of 8 rows of 32 x 6, scale 0.0430058, zero point -128 */
    uint8_t rows_3[1][128]; /* 1 of 4 rows of 16 x 8, scale 0.0428341, zero point -128 */
    int32_t sums[8];
} __attribute__((aligned(8)));

static struct network_arena network_arena;

_Static_assert(sizeof(struct network_arena) == NETWORK_ARENA_BYTES, "arena as planned");
_Static_assert(offsetof(struct network_arena, rows_0) == 640, "ring as planned");
_Static_assert(offsetof(struct network_arena, rows_1) == 832, "ring as planned");
_Static_assert(offsetof(struct network_arena, rows_2) == 1216, "ring as planned");
_Static_assert(offsetof(struct network_arena, rows_3) == 1792, "ring as planned");
_Static_assert(offsetof(struct network_arena, sums) == 1920, "end as planned");

static const uint8_t border_of_0[32] __attribute__((aligned(4))) = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
static const uint8_t border_of_168[64] __attribute__((aligned(4))) = {
    168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168,
    168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168,
    168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168,
    168, 168, 168, 168, 168, 168, 168,
};

static const struct row_ring ring_0 = {
    .rows = &network_arena.rows_0[0][0],
    .depth = 3u,
    .row_bytes = 64u,
    .channel_stride = 64u,
    .height = 16u,
    .border_row = border_of_168,
};
static const struct row_ring ring_1 = {
    .rows = &network_arena.rows_1[0][0],
    .depth = 3u,
    .row_bytes = 128u,
    .channel_stride = 32u,
    .height = 8u,
    .border_row = border_of_0,
};
static const struct row_ring ring_2 = {
    .rows = &network_arena.rows_2[0][0],
    .depth = 3u,
    .row_bytes = 192u,
    .channel_stride = 32u,
    .height = 8u,
    .border_row = border_of_0,
};
static const struct row_ring ring_3 = {
    .rows = &network_arena.rows_3[0][0],
    .depth = 1u,
    .row_bytes = 128u,
    .channel_stride = 16u,
    .height = 4u,
    .border_row = border_of_0,
};

/* Rows that have come into each ring since network_begin(). */
static uint32_t rows_in[4];
static uint32_t rows_taken; /* by the stage that ends the rows */
static bool begun;
static int8_t scores[NETWORK_CLASSES];

/* True when the ring has the rows of a window that begins at row `first`. */
static bool window_has_come(const struct row_ring *ring, uint32_t come, int32_t first,
                            int32_t window_rows) {
    const int32_t wanted = first + window_rows;
    const int32_t height = (int32_t)ring->height;
    return (int32_t)come >= (wanted < height ? wanted : height);
}

static void view_window(const struct row_ring *ring, int32_t first, struct row_view *rows,
                        uint32_t window_rows) {
    for (uint32_t i = 0; i < window_rows; i++) {
        rows[i] = row_ring_view(ring, first + (int32_t)i);
    }
}

/*
 * The tail: vectors, after the last row.
 *
 * 7 FULLY_CONNECTED dense
 *   in   8, scale 0.0253789, zero point -128
 *   out  3, scale 0.0253147, zero point -32
 *
 * 8 SOFTMAX softmax
 *   in   3, scale 0.0253147, zero point -32
 *   out  3, scale 0.00390625, zero point -128
 *
 * 9 DEQUANTIZE scores
 *   in   3, scale 0.00390625, zero point -128
 *   out  3, float32
 */
static void finish_tail(void) {
    int8_t *vector_6 = network_arena.scratch.tail.vector_6;
    int8_t *vector_7 = network_arena.scratch.tail.vector_7;
    dense_multiply_s8(&network_operator_7, vector_6, vector_7);
    row_tap_values(7u, 0, vector_7, 3u);
    softmax_normalise_s8(&network_operator_8, vector_7, scores);
    row_tap_values(8u, 0, scores, 3u);
#if M2M_TAPS
    float probabilities[NETWORK_CLASSES];
    network_scores_f32(probabilities);
    row_tap_values(9u, 0, probabilities, sizeof probabilities);
#endif
}

/*
 * 6 MEAN mean
 *   in   4 x 16 x 8, scale 0.0428341, zero point -128; keeps the last 1
 *   out  8, scale 0.0253789, zero point -128
 */
static void advance_stage_3(void) {
    while (rows_taken < rows_in[3]) {
        const struct row_view row = row_ring_view(&ring_3, (int32_t)rows_taken++);
        mean_add_row_u8(&network_operator_6, row, network_arena.sums);
    }
    if (rows_taken == 4u) {
        int8_t *means = network_arena.scratch.tail.vector_6;
        mean_finish_s8(&network_operator_6, network_arena.sums, means);
        row_tap_values(6u, 0, means, 8u);
        finish_tail();
    }
}

/*
 * 4 DEPTHWISE_CONV_2D layer4/depthwise_conv_2d, 5 CONV_2D layer5/conv_2d
 *   in   8 x 32 x 6, scale 0.0430058, zero point -128; keeps the last 3
 *   window 3x3, stride 2x2, border above 0, below 1, left 0, right 1
 *   out  4 x 16 x 6, scale 0.0471354, zero point -128, RELU
 *   out  4 x 16 x 8, scale 0.0428341, zero point -128, RELU
 */
static void advance_stage_2(void) {
    while (rows_in[3] < 4u) {
        const uint32_t row = rows_in[3];
        const int32_t first = (int32_t)row * 2 - 0;
        if (!window_has_come(&ring_2, rows_in[2], first, 3)) {
            return;
        }
        struct row_view window[3];
        view_window(&ring_2, first, window, 3);
        int16_t *columns = network_arena.scratch.columns;
        uint8_t *planes = row_ring_place(&ring_3, row);
        depthwise_3x3_s2_row_u8(&network_operator_4, window, columns);
        row_tap_columns(4u, row, columns, 6u, 16u);
        pointwise_relu_row_u8(&network_operator_5, columns, planes);
        row_tap_planes(5u, row, planes, 16u, 8u, 16u);
        rows_in[3]++;
        advance_stage_3();
    }
}

/*
 * 2 DEPTHWISE_CONV_2D layer2/depthwise_conv_2d, 3 CONV_2D layer3/conv_2d
 *   in   8 x 32 x 4, scale 0.0562893, zero point -128; keeps the last 3
 *   window 3x3, stride 1x1, border above 1, below 1, left 1, right 1
 *   out  8 x 32 x 4, scale 0.0489026, zero point -128, RELU
 *   out  8 x 32 x 6, scale 0.0430058, zero point -128, RELU
 */
static void advance_stage_1(void) {
    while (rows_in[2] < 8u) {
        const uint32_t row = rows_in[2];
        const int32_t first = (int32_t)row * 1 - 1;
        if (!window_has_come(&ring_1, rows_in[1], first, 3)) {
            return;
        }
        struct row_view window[3];
        view_window(&ring_1, first, window, 3);
        int16_t *columns = network_arena.scratch.columns;
        uint8_t *planes = row_ring_place(&ring_2, row);
        depthwise_3x3_s1_row_u8(&network_operator_2, window, columns);
        row_tap_columns(2u, row, columns, 4u, 32u);
        pointwise_relu_row_u8(&network_operator_3, columns, planes);
        row_tap_planes(3u, row, planes, 32u, 6u, 32u);
        rows_in[2]++;
        advance_stage_2();
    }
}

/*
 * 1 CONV_2D layer1/conv_2d
 *   in   16 x 64 x 1, scale 0.0546875, zero point 40; keeps the last 3
 *   window 3x3, stride 2x2, border above 0, below 1, left 0, right 1
 *   out  8 x 32 x 4, scale 0.0562893, zero point -128, RELU
 */
static void advance_stage_0(void) {
    while (rows_in[1] < 8u) {
        const uint32_t row = rows_in[1];
        const int32_t first = (int32_t)row * 2 - 0;
        if (!window_has_come(&ring_0, rows_in[0], first, 3)) {
            return;
        }
        struct row_view window[3];
        view_window(&ring_0, first, window, 3);
        int16_t *columns = network_arena.scratch.columns;
        uint8_t *planes = row_ring_place(&ring_1, row);
        im2col_gather_row_u8(&network_window_1, window, columns);
        pointwise_relu_row_u8(&network_operator_1, columns, planes);
        row_tap_planes(1u, row, planes, 32u, 4u, 32u);
        rows_in[1]++;
        advance_stage_1();
    }
}

void network_begin(void) {
    for (uint32_t ring = 0; ring < 4u; ring++) {
        rows_in[ring] = 0;
    }
    for (uint32_t channel = 0; channel < 8u; channel++) {
        network_arena.sums[channel] = 0;
    }
    rows_taken = 0;
    begun = true;
}

__attribute__((noinline)) int network_push_frame_s8(const int8_t frame[NETWORK_BANDS]) {
    if (!begun) {
        return NETWORK_ERROR_NOT_BEGUN;
    }
    const uint32_t row = rows_in[0];
    if (row == NETWORK_FRAMES) {
        return NETWORK_ERROR_PATCH_FULL;
    }
    frame_bias_row_u8(frame, NETWORK_BANDS, row_ring_place(&ring_0, row));
    row_tap_values(0u, row, frame, NETWORK_BANDS);
    rows_in[0]++;
    advance_stage_0();
    return rows_in[0] == NETWORK_FRAMES ? NETWORK_READY : NETWORK_MORE;
}

const int8_t *network_scores_s8(void) {
    return scores;
}

void network_scores_f32(float probabilities[NETWORK_CLASSES]) {
    dequantise_scale_f32(scores, NETWORK_CLASSES, NETWORK_SCORE_SCALE, NETWORK_SCORE_ZERO_POINT,
                         probabilities);
}
