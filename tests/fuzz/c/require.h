/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold for every input. Where it does not, the engine is stopped: that is a finding. */
#ifndef FUZZ_REQUIRE_H
#define FUZZ_REQUIRE_H

#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(condition, words)                                                                  \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "REQUIRED: %s (%s, %s:%d)\n", words, #condition, __FILE__, __LINE__);  \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
