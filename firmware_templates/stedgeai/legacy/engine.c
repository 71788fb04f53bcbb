/* SPDX-License-Identifier: Apache-2.0 */
/* The engine behind the legacy interface (ai_...): X-CUBE-AI 7 to 10, and newer on request. */
#include "network/engine.h"

#include <stddef.h>

#include <network.h> /* the generated ones; they are in generated/ */
#include <network_data.h>

#include "network/network.h"
#include "port/crc_unit.h"

_Static_assert(AI_NETWORK_IN_NUM == 1 && AI_NETWORK_OUT_NUM == 1, "one input, one output");
_Static_assert(AI_NETWORK_DATA_ACTIVATIONS_SIZE == NETWORK_ARENA_BYTES, "as network.h has it");
_Static_assert(AI_NETWORK_IN_1_SIZE_BYTES == NETWORK_FRAMES * NETWORK_BANDS, "a patch of int8");
_Static_assert(AI_NETWORK_OUT_1_SIZE == NETWORK_CLASSES, "a score for each class");

/* An error of its own: nothing says where the input or the output lies. */
#define NO_BUFFER 0xffffffu

/* Input and output are in here. 32 bytes: what ST's examples give it, and a cache line. */
static uint8_t network_arena[NETWORK_ARENA_BYTES] __attribute__((aligned(32)));
static ai_handle network;
static ai_buffer *input;
static ai_buffer *output;

/* Type and code of an error in one number. */
static uint32_t number_of(ai_error error) {
    return ((uint32_t)error.type << 16) | ((uint32_t)error.code & 0xffffu);
}

uint32_t engine_begin(void) {
    const ai_handle activations[] = {network_arena};

    crc_unit_begin(); /* the run-time library asks it which part this is */
    const ai_error error = ai_network_create_and_init(&network, activations, NULL);
    if (error.type != AI_ERROR_NONE) {
        return number_of(error);
    }
    input = ai_network_inputs_get(network, NULL);
    output = ai_network_outputs_get(network, NULL);
    if (input == NULL || output == NULL || input[0].data == NULL || output[0].data == NULL) {
        return NO_BUFFER;
    }
    return 0u;
}

int8_t *engine_input(void) {
    return (int8_t *)input[0].data;
}

uint32_t engine_run(void) {
    if (ai_network_run(network, input, output) == 1) {
        return 0u;
    }
    const uint32_t number = number_of(ai_network_get_error(network));
    return number != 0u ? number : NO_BUFFER;
}

const void *engine_output(void) {
    return output[0].data;
}
