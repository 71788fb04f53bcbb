/* SPDX-License-Identifier: Apache-2.0 */
/* How the run before this start ended, for m2m_print_run_end(). */
#ifndef BOARD_RUN_END_H
#define BOARD_RUN_END_H

#include "core/fault_record.h"

void run_end_take(const struct ended_run *run);

#endif
