/* SPDX-License-Identifier: Apache-2.0 */
/* The network that ST's tool has generated, behind either of its two interfaces: this header has
 * one implementation for each of them, and a project has one of the two. */
#ifndef NETWORK_ENGINE_H
#define NETWORK_ENGINE_H

#include <stdint.h>

/* Prepares the engine, once. Each function returns 0, or the engine's own error code. */
uint32_t engine_begin(void);

/* Where the patch is written before every run: the engine may overwrite it while it runs. */
int8_t *engine_input(void);

/* One inference, from the input to the output. */
uint32_t engine_run(void);

/* Where the scores are after a run, in the format of network/layout.h. */
const void *engine_output(void);

#endif
