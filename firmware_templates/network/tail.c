/* SPDX-License-Identifier: Apache-2.0 */
#include "network/tail.h"

#include "network/row_taps.h"

void tail_run(const struct tensor_step *steps, uint32_t count) {
    for (const struct tensor_step *step = steps; step != steps + count; step++) {
        step->run(step->layer, step->inputs, step->output);
#if M2M_TAPS
        if (step->operator_index != STEP_NO_OPERATOR) {
            row_tap_values(step->operator_index, 0u, step->output, step->bytes);
        }
#endif
    }
}
