/* SPDX-License-Identifier: Apache-2.0 */
/* Semihosting calls: Arm's "Semihosting for AArch32 and AArch64", section 2 (M-profile: BKPT 0xAB)
 * and the operations below. */
#include "mps2.h"

#define SEMIHOSTING_OPEN 0x01u
#define SEMIHOSTING_WRITE 0x05u
#define SEMIHOSTING_EXIT_EXTENDED 0x20u
#define OPEN_TO_WRITE_BINARY 5u
#define APPLICATION_EXIT 0x20026u

static uint32_t records_file;

__attribute__((noinline)) static uint32_t semihosting_call(uint32_t operation, const void *values) {
    register uint32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = values;
    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void mps2_open_records(void) {
    static const char name[] = "records.bin";
    const uint32_t values[3] = {(uint32_t)name, OPEN_TO_WRITE_BINARY, sizeof name - 1u};
    records_file = semihosting_call(SEMIHOSTING_OPEN, values);
    if (records_file == UINT32_MAX) {
        mps2_exit(MPS2_EXIT_FILE);
    }
}

void mps2_write_records(const void *bytes, uint32_t count) {
    const uint32_t values[3] = {records_file, (uint32_t)bytes, count};
    if (semihosting_call(SEMIHOSTING_WRITE, values) != 0u) {
        mps2_exit(MPS2_EXIT_FILE);
    }
}

_Noreturn void mps2_exit(enum mps2_exit code) {
    const uint32_t values[2] = {APPLICATION_EXIT, code};
    (void)semihosting_call(SEMIHOSTING_EXIT_EXTENDED, values);
    for (;;) {
    }
}
