/* SPDX-License-Identifier: Apache-2.0 */
#include "network/tail.h"

#include "network/layer_clock.h"
#include "network/row_taps.h"

void tail_run(const struct tensor_step *steps, uint32_t count) {
    LAYER_CLOCK_ENTER(LAYER_CLOCK_ROWS);
    for (const struct tensor_step *step = steps; step != steps + count; step++) {
#if M2M_TAPS
        if (step->operator_index != STEP_NO_OPERATOR) { /* else it goes on for the one before */
            (void)layer_clock_switch(step->operator_index);
        }
#endif
        step->run(step->layer, step->inputs, step->output);
#if M2M_TAPS
        if (step->operator_index != STEP_NO_OPERATOR) {
            row_tap_values(step->operator_index, 0u, step->output, step->bytes);
        }
#endif
    }
    LAYER_CLOCK_LEAVE();
}
