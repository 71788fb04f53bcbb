/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The row-streaming schedule of one network: its memory, its rings of rows, its stages and its
 * tail. Generated from tiny; do not edit. What is done with them: stream.h.
 */
#include "network/network.h"

#include <stdbool.h>
#include <stddef.h>

#include "network/kernels/frame.h"
#include "network/network_weights.h"
#include "network/row_taps.h"
#include "network/stream.h"
#include "network/tail.h"

/* All memory of the activations. */
struct network_arena {
    /* one row, laid out for a matrix product */
    int16_t columns[320];
    /* 3 rows of 16 rows of 64 x 1, scale 0.0546875, zero point 40 */
    uint8_t rows_input[3][64];
    /* 3 rows of 8 rows of 32 x 4, scale 0.0562893, zero point -128 */
    uint8_t rows_1_layer1_conv_2d[3][128];
    /* 3 rows of 8 rows of 32 x 6, scale 0.0430058, zero point -128 */
    uint8_t rows_3_layer3_conv_2d[3][192];
    /* 1 row of 4 rows of 16 x 8, scale 0.0428341, zero point -128 */
    uint8_t rows_5_layer5_conv_2d[1][128];
    /* what MEAN makes of 4 rows */
    int32_t kept_6_mean[8];
} __attribute__((aligned(8)));

static struct network_arena network_arena;

#define IS_AT(member, offset)                                                                      \
    _Static_assert(offsetof(struct network_arena, member) == (offset), "arena as planned")

_Static_assert(sizeof(struct network_arena) == NETWORK_ARENA_BYTES, "arena as planned");
IS_AT(rows_input, 640);
IS_AT(rows_1_layer1_conv_2d, 832);
IS_AT(rows_3_layer3_conv_2d, 1216);
IS_AT(rows_5_layer5_conv_2d, 1792);
IS_AT(kept_6_mean, 1920);

static const uint8_t border_of_0[32] __attribute__((aligned(4))) = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
static const uint8_t border_of_168[64] __attribute__((aligned(4))) = {
    168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168,
    168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168,
    168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168, 168,
    168, 168, 168, 168, 168, 168, 168,
};

static uint32_t rows_in[5]; /* of each ring, since network_begin() */
static struct row_view window_rows[3];
static bool begun;
static int8_t scores[NETWORK_CLASSES];

/* The stages, in the order of the flow. */
static const struct stage stage_1_layer1_conv_2d;
static const struct stage stage_3_layer3_conv_2d;
static const struct stage stage_5_layer5_conv_2d;
static const struct stage stage_6_mean;

static const struct row_ring ring_input = {
    .rows = network_arena.rows_input[0],
    .border_row = border_of_168,
    .groups = 1, .places = 3, .height = 16, .group_bytes = 64u,
    .channel_stride = 64, .channels = 1, .group_channels = 1, .pixels = 64,
    .rows_in = &rows_in[0],
    .readers = STAGES(&stage_1_layer1_conv_2d, NULL),
};
static const struct row_ring ring_1_layer1_conv_2d = {
    .rows = network_arena.rows_1_layer1_conv_2d[0],
    .border_row = border_of_0,
    .groups = 1, .places = 3, .height = 8, .group_bytes = 128u,
    .channel_stride = 32, .channels = 4, .group_channels = 4, .pixels = 32, .swapped = 1,
    .rows_in = &rows_in[1],
    .readers = STAGES(&stage_3_layer3_conv_2d, NULL),
};
static const struct row_ring ring_3_layer3_conv_2d = {
    .rows = network_arena.rows_3_layer3_conv_2d[0],
    .border_row = border_of_0,
    .groups = 1, .places = 3, .height = 8, .group_bytes = 192u,
    .channel_stride = 32, .channels = 6, .group_channels = 6, .pixels = 32, .swapped = 1,
    .rows_in = &rows_in[2],
    .readers = STAGES(&stage_5_layer5_conv_2d, NULL),
};
static const struct row_ring ring_5_layer5_conv_2d = {
    .rows = network_arena.rows_5_layer5_conv_2d[0],
    .border_row = border_of_0,
    .groups = 1, .places = 1, .height = 4, .group_bytes = 128u,
    .channel_stride = 16, .channels = 8, .group_channels = 8, .pixels = 16, .swapped = 1,
    .rows_in = &rows_in[3],
    .readers = STAGES(&stage_6_mean, NULL),
};
static const struct row_ring ring_6_mean = {
    .rows = (uint8_t *)network_arena.kept_6_mean,
    .groups = 1, .places = 1, .height = 4, .group_bytes = 32u,
    .rows_in = &rows_in[4], .readers = STAGES(NULL),
};

/*
 * 1 CONV_2D layer1/conv_2d
 *   in   16 x 64 x 1, scale 0.0546875, zero point 40; keeps 3 rows
 *   window 3x3, stride 2x2, border above 0, below 1, left 0, right 1
 *   out  8 x 32 x 4, scale 0.0562893, zero point -128, RELU
 */
static const struct stage stage_1_layer1_conv_2d = {
    .sources = RINGS(&ring_input, NULL),
    .target = &ring_1_layer1_conv_2d,
    .gather = interleave_rows_u8, .gather_layer = &window_1_layer1_conv_2d,
    .product = convolution_scaled_s2_swapped_row_u8, .layer = &layer_1_layer1_conv_2d,
    .columns = network_arena.columns,
    .window_rows = 3, .window_stride = 2, .window_before = 0,
    .columns_operator = STAGE_NO_OPERATOR, .target_operator = 1,
    STAGE_WORK(1)
};

/*
 * 2 DEPTHWISE_CONV_2D layer2/depthwise_conv_2d
 * 3 CONV_2D layer3/conv_2d
 *   in   8 x 32 x 4, scale 0.0562893, zero point -128; keeps 3 rows
 *   window 3x3, stride 1x1, border above 1, below 1, left 1, right 1
 *   out  8 x 32 x 4, scale 0.0489026, zero point -128, RELU
 *   out  8 x 32 x 6, scale 0.0430058, zero point -128, RELU
 */
static const struct stage stage_3_layer3_conv_2d = {
    .sources = RINGS(&ring_1_layer1_conv_2d, NULL),
    .target = &ring_3_layer3_conv_2d,
    .gather = depthwise_scaled_s1_row_u8, .gather_layer = &layer_2_layer2_depthwise_conv_2d,
    .product = pointwise_relu_swapped_row_u8, .layer = &layer_3_layer3_conv_2d,
    .columns = network_arena.columns,
    .window_rows = 3, .window_stride = 1, .window_before = 1,
    .columns_operator = 2, .columns_channels = 4, .target_operator = 3,
    STAGE_WORK(3)
};

/*
 * 4 DEPTHWISE_CONV_2D layer4/depthwise_conv_2d
 * 5 CONV_2D layer5/conv_2d
 *   in   8 x 32 x 6, scale 0.0430058, zero point -128; keeps 3 rows
 *   window 3x3, stride 2x2, border above 0, below 1, left 0, right 1
 *   out  4 x 16 x 6, scale 0.0471354, zero point -128, RELU
 *   out  4 x 16 x 8, scale 0.0428341, zero point -128, RELU
 */
static const struct stage stage_5_layer5_conv_2d = {
    .sources = RINGS(&ring_3_layer3_conv_2d, NULL),
    .target = &ring_5_layer5_conv_2d,
    .gather = depthwise_scaled_s2_row_u8, .gather_layer = &layer_4_layer4_depthwise_conv_2d,
    .product = pointwise_relu_swapped_row_u8, .layer = &layer_5_layer5_conv_2d,
    .columns = network_arena.columns,
    .window_rows = 3, .window_stride = 2, .window_before = 0,
    .columns_operator = 4, .columns_channels = 6, .target_operator = 5,
    STAGE_WORK(5)
};

/*
 * 6 MEAN mean
 *   in   4 x 16 x 8, scale 0.0428341, zero point -128; keeps 1 row
 *   out  8, scale 0.0253789, zero point -128
 */
static const struct stage stage_6_mean = {
    .sources = RINGS(&ring_5_layer5_conv_2d, NULL),
    .target = &ring_6_mean,
    .combine = mean_add_row_u8, .layer = &layer_6_mean,
    .window_rows = 1, .window_stride = 1, .window_before = 0,
    .columns_operator = STAGE_NO_OPERATOR, .target_operator = STAGE_NO_OPERATOR,
    STAGE_WORK(6)
};

/* After the last row, tensors are where the columns and the rings were. */
#define IN_ARENA(offset) ((int8_t *)&network_arena + (offset))

/* The tail, after the last row. */
static const struct tensor_step steps[] = {
    /*
     * 6 MEAN mean
     *   in   4 x 16 x 8, scale 0.0428341, zero point -128
     *   out  8, scale 0.0253789, zero point -128
     */
    {
        .run = mean_finish_s8, .layer = &layer_6_mean,
        .inputs = TENSORS((const int8_t *)network_arena.kept_6_mean),
        .output = IN_ARENA(0u),
        STEP_TAP(6u, 8u)
    },
    /*
     * 7 FULLY_CONNECTED dense
     *   in   8, scale 0.0253789, zero point -128
     *   out  3, scale 0.0253147, zero point -32
     */
    {
        .run = dense_multiply_s8, .layer = &layer_7_dense,
        .inputs = TENSORS(IN_ARENA(0u)),
        .output = IN_ARENA(8u),
        STEP_TAP(7u, 3u)
    },
    /*
     * 8 SOFTMAX softmax
     *   in   3, scale 0.0253147, zero point -32
     *   out  3, scale 0.00390625, zero point -128
     */
    {
        .run = softmax_normalise_s8, .layer = &layer_8_softmax,
        .inputs = TENSORS(IN_ARENA(8u)),
        .output = scores,
        STEP_TAP(8u, 3u)
    },
};

void network_begin(void) {
    for (uint32_t ring = 0u; ring < 5u; ring++) {
        rows_in[ring] = 0u;
    }
    for (uint32_t i = 0u; i < 8u; i++) {
        network_arena.kept_6_mean[i] = 0;
    }
    begun = true;
}

__attribute__((noinline)) int network_push_frame_s8(const int8_t frame[NETWORK_BANDS]) {
    if (!begun) {
        return NETWORK_ERROR_NOT_BEGUN;
    }
    const uint32_t row = *ring_input.rows_in;
    if (row == NETWORK_FRAMES) {
        return NETWORK_ERROR_PATCH_FULL;
    }
    frame_bias_row_u8(frame, NETWORK_BANDS, row_ring_place(&ring_input, row, 0u));
    row_tap_values(0u, row, frame, NETWORK_BANDS);
    stream_row_came(window_rows, &ring_input);
    if (row + 1u < NETWORK_FRAMES) {
        return NETWORK_MORE;
    }
    tail_run(steps, 3u);
    row_tap_probabilities(9u);
    return NETWORK_READY;
}

const int8_t *network_scores_s8(void) {
    return scores;
}

void network_scores_f32(float probabilities[NETWORK_CLASSES]) {
    dequantise_scale_f32(network_scores_s8(), NETWORK_CLASSES, NETWORK_SCORE_SCALE,
                         NETWORK_SCORE_ZERO_POINT, probabilities);
}
