/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that was found damaged: who did it may have done more, so nothing goes on from there. */
#ifndef CORE_DAMAGE_H
#define CORE_DAMAGE_H

#include <stdint.h>

/* Keeps the place and what was found there for the next start to tell, and resets the part. */
_Noreturn void damage_end_run(const volatile uint32_t *word);

#endif
