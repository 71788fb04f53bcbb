/* SPDX-License-Identifier: Apache-2.0 */
/* Operands from standard input, results to standard output: all of the first operation, and so on.
 */
#include <stdio.h>

#include "operate.h"

#define MOST_OPERANDS 16384u

int main(void) {
    static struct operands operands[MOST_OPERANDS];
    static uint32_t results[MOST_OPERANDS];
    const uint32_t count = (uint32_t)fread(operands, sizeof operands[0], MOST_OPERANDS, stdin);
    for (uint32_t index = 0u; index < operations_count; index++) {
        operations[index](operands, count, results);
        if (fwrite(results, sizeof results[0], count, stdout) != count) {
            return 1;
        }
    }
    return 0;
}
