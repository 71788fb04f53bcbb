/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network's kernels. Each computes one row (one point in time) of one operator.
 *
 * Inside the network a value is the .tflite's int8 plus 128: an unsigned byte, "u8" below. After a
 * RELU, whose zero point is -128, zero is the byte 0. Where a layer's zero point is another one it
 * has been folded into the biases, and border pixels get the zero point itself.
 *
 * Two layouts of a row:
 *   planes   one plane of `channel_stride` bytes for each channel; a plane holds the row's pixels
 *            (bands), padded to a multiple of four.
 *   columns  int16, doubled (2 * u8), for the matrix product: blocks of four pixels; in a block,
 *            pairs of inputs k, k+1; of each pair (p0 k, p0 k+1, p1 k, p1 k+1, ... p3 k+1).
 * The doubling makes the accumulators twice the reference's, as the requantisation wants them.
 */
#ifndef NETWORK_KERNELS_KERNELS_H
#define NETWORK_KERNELS_KERNELS_H

#include <stdint.h>

/* One row in planes; channel_stride 0 repeats one plane, as the rows beyond a border do. */
struct row_view {
    const uint8_t *pixels;
    uint32_t channel_stride;
};

/* The last `depth` rows of a tensor. */
struct row_ring {
    uint8_t *rows;
    uint32_t depth;
    uint32_t row_bytes;
    uint32_t channel_stride;
    uint32_t height;           /* rows of the whole tensor */
    const uint8_t *border_row; /* what stands above row 0 and below the last row */
};

/* Row `row` of the tensor, which may lie beyond its borders. */
struct row_view row_ring_view(const struct row_ring *ring, int32_t row);

/* Where row `row` is to be written. */
uint8_t *row_ring_place(const struct row_ring *ring, uint32_t row);

/* A channel's way from accumulator to output: see requantise.h. */
struct requantise {
    int32_t bias_and_shift; /* bias * 32 + right shift */
    int32_t multiplier;
};

/* The output's zero point and clamp, in u8. */
struct output_range {
    int32_t zero;
    int32_t lowest;
    int32_t highest;
};

/* CONV_2D's window, for gathering the matrix product's columns. */
struct window {
    uint32_t rows;
    uint32_t columns;
    uint32_t channels;
    uint32_t stride;
    uint32_t left; /* border pixels left of the row */
    uint32_t width_in;
    uint32_t width_out;
    uint32_t border; /* value of a border pixel */
    uint32_t inputs; /* rows * columns * channels, rounded up to even */
};

/* A matrix product over the pixels of a row: CONV_2D, after its columns have been gathered. */
struct pointwise {
    uint32_t inputs;         /* even */
    uint32_t outputs;        /* even */
    uint32_t pixels;         /* a multiple of four */
    uint32_t channel_stride; /* of the output row's planes */
    const uint32_t *weights; /* words of bytes (n k, n+1 k, n k+1, n+1 k+1): k fastest, n by two */
    const struct requantise *requantise;
    struct output_range range;
};

/* DEPTHWISE_CONV_2D with a 3x3 window. */
struct depthwise_3x3_channel {
    uint32_t taps[3]; /* a word for each window row: bytes (left, middle, right, 0) */
    struct requantise requantise;
};

struct depthwise_3x3 {
    uint32_t channels;
    uint32_t width_out; /* a multiple of four */
    const struct depthwise_3x3_channel *parameters;
};

/* DEPTHWISE_CONV_2D with any window, any border and any clamp. */
struct depthwise {
    struct window window;
    uint32_t multiplier; /* outputs for each input channel */
    const int8_t *taps;  /* [output channel][window row][window column] */
    const struct requantise *requantise;
    struct output_range range;
};

/* ADD of two rows. */
struct add {
    uint32_t channels;
    uint32_t pixels;
    uint32_t channel_stride; /* of the output row's planes */
    int32_t zeros[2];        /* of the inputs, in u8 */
    int32_t multipliers[2];
    int32_t shifts[2];
    int32_t multiplier;
    int32_t shift;
    struct output_range range;
};

/* MEAN over time and bands. */
struct mean {
    uint32_t channels;
    uint32_t pixels; /* of a row */
    int32_t offset;  /* added to the sum of the u8 values */
    int32_t multiplier;
    int32_t shift;
    int32_t zero_point;
};

/* FULLY_CONNECTED, on int8 vectors. */
struct dense_output {
    int64_t multiplier;
    int32_t bias;
    uint32_t shift; /* to the right, 1..62 */
};

struct dense {
    uint32_t inputs;
    uint32_t outputs;
    const int8_t *weights; /* [output][input] */
    const struct dense_output *requantise;
    int32_t zero_point;
    int32_t lowest;
    int32_t highest;
};

/* SOFTMAX, on int8 vectors. */
struct softmax {
    uint32_t classes;
    int32_t multiplier;
    int32_t left_shift;
    int32_t smallest_difference;
};

/* LOGISTIC, on int8 vectors. */
struct sigmoid {
    uint32_t classes;
    const int8_t *scores; /* of all 256 logits, from -128 on */
};

/* int8 frame -> one plane. */
void frame_bias_row_u8(const int8_t *frame, uint32_t bands, uint8_t *plane);

/* CONV_2D, first half: the columns that a row of outputs needs, from window->rows input rows. */
void im2col_gather_row_u8(const struct window *window, const struct row_view *rows,
                          int16_t *columns);

/* CONV_2D, second half: columns -> planes. The first needs a RELU that clamps at the zero point. */
void pointwise_relu_row_u8(const struct pointwise *layer, const int16_t *columns, uint8_t *planes);
void pointwise_linear_row_u8(const struct pointwise *layer, const int16_t *columns,
                             uint8_t *planes);

/*
 * DEPTHWISE_CONV_2D: three input rows -> columns for the CONV_2D that follows. Border pixels are 0
 * and the output clamps to 0..255 at zero point 0. Stride 1 has a border pixel left and right,
 * stride 2 only right.
 */
void depthwise_3x3_s1_row_u8(const struct depthwise_3x3 *layer, const struct row_view rows[3],
                             int16_t *columns);
void depthwise_3x3_s2_row_u8(const struct depthwise_3x3 *layer, const struct row_view rows[3],
                             int16_t *columns);

/* The same for any window. */
void depthwise_any_row_u8(const struct depthwise *layer, const struct row_view *rows,
                          int16_t *columns);

/* columns -> planes, where no CONV_2D follows a DEPTHWISE_CONV_2D. */
void columns_spread_row_u8(const int16_t *columns, uint32_t channels, uint32_t pixels,
                           uint32_t channel_stride, uint8_t *planes);

/* ADD: planes + planes -> planes. */
void add_combine_row_u8(const struct add *layer, struct row_view first, struct row_view second,
                        uint8_t *planes);

/* RESHAPE of rows to a vector: planes -> int8 values, channel fastest. */
void flatten_collect_row_s8(struct row_view row, uint32_t channels, uint32_t pixels,
                            int8_t *values);

void mean_add_row_u8(const struct mean *layer, struct row_view row, int32_t *sums);
void mean_finish_s8(const struct mean *layer, const int32_t *sums, int8_t *means);
void dense_multiply_s8(const struct dense *layer, const int8_t *inputs, int8_t *outputs);
void softmax_normalise_s8(const struct softmax *layer, const int8_t *logits, int8_t *scores);
void sigmoid_look_up_s8(const struct sigmoid *layer, const int8_t *logits, int8_t *scores);
void dequantise_scale_f32(const int8_t *values, uint32_t count, float scale, int32_t zero_point,
                          float *reals);

#endif
