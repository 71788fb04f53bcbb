/* SPDX-License-Identifier: Apache-2.0 */
/* How the run before this start ended, for m2m_print_run_end(). */
#ifndef BOARD_RUN_END_H
#define BOARD_RUN_END_H

#include <stdint.h>

/* fault_record_take(). */
void run_end_take(uint32_t reset_flags);

#endif
