/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the sums of the bands to int8 with scale 0.0546875 and zero point 40. What differs from band
 * to band is a table, else a number. Computed by generator/frontend/log_tables.py and
 * output_tables.py; docs/frontend.md defines each.
 */
#ifndef FRONTEND_OUTPUT_TABLES_H
#define FRONTEND_OUTPUT_TABLES_H

#include <stdint.h>

#include "frontend/mel_tables.h"

/* Up to this many bits of block shift (times MEL_SUM_SHIFTS) a sum keeps its own unit. */
#define MEL_LOG_SPAN 30u
#define MEL_LOG_ALIGNS 0     /* quieter frames occur: their sums are shifted down */
#define MEL_HAS_LOG_OFFSET 1 /* added to a sum */
#define MEL_HAS_LOG_FLOOR 0  /* a smaller sum becomes this */
#define MEL_HAS_LOG_GAIN 0   /* log2 of the record's sum over ours */
#define MEL_LOG_OFFSET UINT64_C(15111572745684516864) /* Q77 */

/* From log2 to int8, in steps of the model. */
#define MEL_OUTPUT_MULTIPLIER_Q24 INT32_C(212646034) /* steps an octave */
#define MEL_OUTPUT_OFFSET_Q48 INT64_C(11399736556781568) /* steps at log2 = 0, + 1/2 */

#endif
