/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every operation on the operands in the image; writes one record each (program_output.py). */
#include "mps2.h"
#include "operate.h"

#define MAX_OPERANDS 16384u
#define RECORD_CALLS 6u
#define RECORD_RESULTS 7u

extern const struct operands mps2_data_start[], mps2_data_end[];

int main(void) {
    static uint32_t results[MAX_OPERANDS];
    const uint32_t count = (uint32_t)(mps2_data_end - mps2_data_start);
    if (count > MAX_OPERANDS) {
        return MPS2_EXIT_RECORDS;
    }
    mps2_open_records();
    for (uint32_t index = 0u; index < operations_count; index++) {
        const uint32_t head[4] = {RECORD_RESULTS, index, 0u, count * sizeof *results};
        operations[index](mps2_data_start, count, results);
        mps2_write_records(head, sizeof head);
        mps2_write_records(results, head[3]);
    }
    const uint32_t end[4] = {RECORD_CALLS, 0u, 0u, 0u};
    mps2_write_records(end, sizeof end);
    return MPS2_EXIT_DONE;
}
