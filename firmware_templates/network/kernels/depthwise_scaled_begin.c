/* SPDX-License-Identifier: Apache-2.0 */
/* Its assembly is the common begin of depthwise_scaled_s1.S and depthwise_scaled_s2.S. */
#include "network/kernels/depthwise_scaled.h"
