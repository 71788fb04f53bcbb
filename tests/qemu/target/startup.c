/* SPDX-License-Identifier: Apache-2.0 */
/* From reset to main() on an MPS2 board of QEMU, and what the program asks of the emulator.
 *
 * Semihosting: Arm's "Semihosting for AArch32 and AArch64", section 2 (M-profile: BKPT 0xAB) and
 * the operations below. Timer: CMSDK APB timer, DDI 0479, section 4.4. */
#include "mps2.h"

#define SEMIHOSTING_OPEN 0x01u
#define SEMIHOSTING_WRITE 0x05u
#define SEMIHOSTING_EXIT_EXTENDED 0x20u
#define OPEN_TO_WRITE_BINARY 5u
#define APPLICATION_EXIT 0x20026u

#define SCB_CPACR (*(volatile uint32_t *)0xE000ED88u)
#define SCB_CPACR_FPU_FULL (0xFu << 20)

#define TIMER_CONTROL (*(volatile uint32_t *)(MPS2_TIMER + 0x0u))
#define TIMER_CONTROL_ENABLE (1u << 0)
#define TIMER_VALUE (*(volatile uint32_t *)(MPS2_TIMER + 0x4u))
#define TIMER_RELOAD (*(volatile uint32_t *)(MPS2_TIMER + 0x8u))

extern uint32_t __bss_start[], __bss_end[], __stack_top[];

int main(void);
_Noreturn void reset_handler(void);
_Noreturn void fault_handler(void);

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

_Noreturn void fault_handler(void) {
    mps2_exit(MPS2_EXIT_FAULT);
}

_Noreturn void reset_handler(void) {
    SCB_CPACR |= SCB_CPACR_FPU_FULL;
    __asm volatile("dsb\n\tisb" ::: "memory");
    for (volatile uint32_t *word = __bss_start; (volatile uint32_t *)word < __bss_end; word++) {
        *word = 0u;
    }
    TIMER_RELOAD = UINT32_MAX;
    TIMER_VALUE = UINT32_MAX;
    TIMER_CONTROL = TIMER_CONTROL_ENABLE;
    mps2_exit((enum mps2_exit)main());
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    __stack_top,   reset_handler, fault_handler, fault_handler, fault_handler, fault_handler,
    fault_handler, fault_handler, fault_handler, fault_handler, fault_handler, fault_handler,
    fault_handler, fault_handler, fault_handler, fault_handler,
};
