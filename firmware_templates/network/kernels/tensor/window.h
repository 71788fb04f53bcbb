/* SPDX-License-Identifier: Apache-2.0 */
/* A window that moves over rows and columns of an NHWC tensor; pairs are rows, then columns. */
#ifndef NETWORK_KERNELS_TENSOR_WINDOW_H
#define NETWORK_KERNELS_TENSOR_WINDOW_H

#include <stdint.h>

#include "network/dsp_intrinsics.h"

struct tensor_window {
    uint32_t input[2];  /* the tensor's rows and columns */
    uint32_t output[2]; /* the output's */
    uint32_t size[2];
    uint32_t stride[2];
    uint32_t dilation[2];
    uint32_t before[2]; /* border rows above row 0, border columns left of column 0 */
};

/* Where one output's window is along an axis, and which of its taps are inside the tensor. */
struct tensor_span {
    int32_t first; /* position of tap 0, negative in the border */
    uint32_t begin;
    uint32_t end;
};

DSP_INLINE struct tensor_span tensor_window_span(const struct tensor_window *window, uint32_t axis,
                                                 uint32_t output) {
    const int32_t length = (int32_t)window->input[axis];
    const int32_t dilation = (int32_t)window->dilation[axis];
    struct tensor_span span;
    span.first = (int32_t)(output * window->stride[axis]) - (int32_t)window->before[axis];
    span.begin = 0u;
    span.end = window->size[axis];
    int32_t first = span.first;
    for (; first < 0 && span.begin < span.end; first += dilation) {
        span.begin++;
    }
    int32_t last = span.first + (int32_t)(span.end - 1u) * dilation;
    for (; last >= length && span.begin < span.end; last -= dilation) {
        span.end--;
    }
    return span;
}

/* The tensor's row or column under a tap of the span. */
DSP_INLINE uint32_t tensor_window_place(const struct tensor_window *window, uint32_t axis,
                                        const struct tensor_span *span, uint32_t tap) {
    return (uint32_t)(span->first + (int32_t)(tap * window->dilation[axis]));
}

#endif
