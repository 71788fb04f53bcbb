/* SPDX-License-Identifier: Apache-2.0 */
/* A convolution's window whose taps are apart. */
#ifndef NETWORK_KERNELS_DILATED_WINDOW_H
#define NETWORK_KERNELS_DILATED_WINDOW_H

#include "network/kernels/conv_window.h"

struct dilated_window {
    struct conv_window window; /* its rows and columns are taps */
    uint32_t row_step;         /* rows from one tap to the next; the stage's window has them all */
    uint32_t column_step;
};

#endif
