/* SPDX-License-Identifier: Apache-2.0 */
/* A core fault, reported to the host. */
#include "core/fault.h"

#include "app/link.h"
#include "app/wire.h"

void fault_report(const struct fault *fault) {
    const struct wire_fault_report report = {
        .exception = fault->exception,
        .cfsr = fault->cfsr,
        .hfsr = fault->hfsr,
        .mmfar = fault->mmfar,
        .bfar = fault->bfar,
        .pc = fault->pc,
        .lr = fault->lr,
        .xpsr = fault->xpsr,
        .sp = fault->sp,
    };
    link_send_polled(WIRE_FAULT_REPORT, &report, sizeof report);
}
