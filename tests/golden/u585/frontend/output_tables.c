/* SPDX-License-Identifier: Apache-2.0 */
/* Computed by generator/frontend/log_tables.py and output_tables.py; see output_tables.h. */
#include "frontend/output_tables.h"
