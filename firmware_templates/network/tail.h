/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tail of a network: what needs whole tensors runs once, after the last row. network.c holds
 * its steps as a constant table.
 */
#ifndef NETWORK_TAIL_H
#define NETWORK_TAIL_H

#include <stdint.h>

/*
 * An operator on whole tensors: int8, in the order of the .tflite (NHWC). `layer` is the record
 * that belongs to the kernel, `inputs` are what it computes on; constants are in the record.
 */
typedef void tensor_kernel(const void *layer, const int8_t *const *inputs, int8_t *output);

#define STEP_NO_OPERATOR 0xffffffffu

/* One output of an operator. */
struct tensor_step {
    tensor_kernel *run;
    const void *layer;
    const int8_t *const *inputs;
    int8_t *output;
#if M2M_TAPS
    uint32_t bytes;          /* of the output */
    uint32_t operator_index; /* whose first output it is, or STEP_NO_OPERATOR */
#endif
};

/* For the taps: what a step makes, and of whom. Without them it is nothing. */
#if M2M_TAPS
#define STEP_TAP(index, count) .operator_index = (index), .bytes = (count),
#else
#define STEP_TAP(index, count)
#endif

#define TENSORS(...) ((const int8_t *const[]){__VA_ARGS__})

void tail_run(const struct tensor_step *steps, uint32_t count);

#endif
