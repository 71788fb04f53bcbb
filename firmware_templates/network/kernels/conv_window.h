/* SPDX-License-Identifier: Apache-2.0 */
/* A convolution's window on its input rows. */
#ifndef NETWORK_KERNELS_CONV_WINDOW_H
#define NETWORK_KERNELS_CONV_WINDOW_H

#include <stdint.h>

/* Along a row. Which rows are in the window is decided by the stage: see stream.h. */
struct conv_window {
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

#endif
