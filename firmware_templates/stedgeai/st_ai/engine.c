/* SPDX-License-Identifier: Apache-2.0 */
/* The engine behind the st-ai interface (stai_...), ST Edge AI Core 2.0 and newer. */
#include "network/engine.h"

#include <stddef.h>

#include <network.h> /* the generated one; it is in generated/ */

#include "network/network.h"
#include "port/crc_unit.h"

_Static_assert(STAI_NETWORK_ACTIVATIONS_NUM == 1 && STAI_NETWORK_IN_NUM == 1 &&
                   STAI_NETWORK_OUT_NUM == 1,
               "one buffer, one input, one output");
_Static_assert(STAI_NETWORK_ACTIVATIONS_SIZE_BYTES == NETWORK_ARENA_BYTES, "as network.h has it");
_Static_assert(STAI_NETWORK_IN_1_SIZE_BYTES == NETWORK_FRAMES * NETWORK_BANDS, "a patch of int8");
_Static_assert(STAI_NETWORK_OUT_1_SIZE == NETWORK_CLASSES, "a score for each class");

/* Input and output are in here. 32 bytes: a cache line, and more than any kernel asks for. */
static uint8_t network_arena[NETWORK_ARENA_BYTES] __attribute__((aligned(32)));
static uint8_t context[STAI_NETWORK_CONTEXT_SIZE]
    __attribute__((aligned(STAI_NETWORK_CONTEXT_ALIGNMENT)));
static stai_ptr inputs[STAI_NETWORK_IN_NUM];
static stai_ptr outputs[STAI_NETWORK_OUT_NUM];

uint32_t engine_begin(void) {
    const stai_ptr activations[STAI_NETWORK_ACTIVATIONS_NUM] = {network_arena};
    stai_size count = 0u;

    crc_unit_begin(); /* the run-time library asks it which part this is */
    stai_return_code code = stai_runtime_init();
    if (code == STAI_SUCCESS) {
        code = stai_network_init(context);
    }
    if (code == STAI_SUCCESS) {
        code = stai_network_set_activations(context, activations, STAI_NETWORK_ACTIVATIONS_NUM);
    }
    if (code == STAI_SUCCESS) {
        code = stai_network_get_inputs(context, inputs, &count);
    }
    if (code == STAI_SUCCESS) {
        code = stai_network_get_outputs(context, outputs, &count);
    }
    if (code == STAI_SUCCESS && inputs[0] == NULL) {
        code = STAI_ERROR_NETWORK_INVALID_IN_PTR;
    }
    if (code == STAI_SUCCESS && outputs[0] == NULL) {
        code = STAI_ERROR_NETWORK_INVALID_OUT_PTR;
    }
    return (uint32_t)code;
}

int8_t *engine_input(void) {
    return (int8_t *)inputs[0];
}

uint32_t engine_run(void) {
    return (uint32_t)stai_network_run(context, STAI_MODE_SYNC);
}

const void *engine_output(void) {
    return outputs[0];
}
