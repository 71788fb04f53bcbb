/* SPDX-License-Identifier: Apache-2.0 */
/* Reads operands from standard input, writes the results to standard output, by operation. */
#include <stdio.h>

#include "operate.h"

#define MAX_OPERANDS 16384u

int main(void) {
    static struct operands operands[MAX_OPERANDS];
    static uint32_t results[MAX_OPERANDS];
    const uint32_t count = (uint32_t)fread(operands, sizeof operands[0], MAX_OPERANDS, stdin);
    for (uint32_t index = 0u; index < operations_count; index++) {
        operations[index](operands, count, results);
        if (fwrite(results, sizeof results[0], count, stdout) != count) {
            return 1;
        }
    }
    return 0;
}
