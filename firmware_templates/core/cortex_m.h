/* SPDX-License-Identifier: Apache-2.0 */
/* The core's own registers, as far as this firmware uses them, and the instructions that C lacks.
 *
 * Sources: Armv7-M and Armv8-M Architecture Reference Manuals (DDI 0403, DDI 0553), system control
 * space; PM0214, PM0253 and PM0264, the programming manuals of ST's Cortex-M4, M7 and M33.
 * Addresses are architectural and the same on all parts. */
#ifndef CORE_CORTEX_M_H
#define CORE_CORTEX_M_H

#include <stdint.h>

#define CORE_REGISTER(address) (*(volatile uint32_t *)(address))

/* Nested vectored interrupt controller: enable, clear pending, priority (one byte a line). */
#define NVIC_ISER(word) CORE_REGISTER(0xE000E100u + 4u * (word))
#define NVIC_ICPR(word) CORE_REGISTER(0xE000E280u + 4u * (word))
#define NVIC_IPR_BYTE(line) (*(volatile uint8_t *)(0xE000E400u + (line)))

/* System control block. */
#define SCB_ICSR CORE_REGISTER(0xE000ED04u)
#define SCB_ICSR_PENDSTSET (1u << 26) /* SysTick is pending */
#define SCB_VTOR CORE_REGISTER(0xE000ED08u)
#define SCB_AIRCR CORE_REGISTER(0xE000ED0Cu)
#define SCB_AIRCR_VECTKEY (0x05FAu << 16)
#define SCB_AIRCR_SYSRESETREQ (1u << 2)
#define SCB_CCR CORE_REGISTER(0xE000ED14u)
#define SCB_CCR_DIV_0_TRP (1u << 4)
#define SCB_CCR_DC (1u << 16) /* data cache, Cortex-M7 */
#define SCB_CCR_IC (1u << 17) /* instruction cache, Cortex-M7 */
#define SCB_SHCSR CORE_REGISTER(0xE000ED24u)
#define SCB_SHCSR_MEMFAULTENA (1u << 16)
#define SCB_SHCSR_BUSFAULTENA (1u << 17)
#define SCB_SHCSR_USGFAULTENA (1u << 18)
#define SCB_CFSR CORE_REGISTER(0xE000ED28u)
#define SCB_CFSR_MSTKERR (1u << 4)
#define SCB_CFSR_MMARVALID (1u << 7)
#define SCB_CFSR_STKERR (1u << 12)
#define SCB_CFSR_BFARVALID (1u << 15)
#define SCB_CFSR_STKOF (1u << 20) /* Armv8-M; reserved and 0 elsewhere */
#define SCB_HFSR CORE_REGISTER(0xE000ED2Cu)
#define SCB_MMFAR CORE_REGISTER(0xE000ED34u)
#define SCB_BFAR CORE_REGISTER(0xE000ED38u)

/* Coprocessor access: CP10 and CP11 are the floating-point unit, two bits each. */
#define SCB_CPACR CORE_REGISTER(0xE000ED88u)
#define SCB_CPACR_FPU_FULL (0xFu << 20)

/* Caches of the Cortex-M7: what the selected one is like, and how it is invalidated. */
#define SCB_CCSIDR CORE_REGISTER(0xE000ED80u)
#define SCB_CCSIDR_LINE_MASK 7u /* log2 of a line's words, less 2 */
#define SCB_CCSIDR_WAYS_SHIFT 3u
#define SCB_CCSIDR_WAYS_MASK 0x3FFu
#define SCB_CCSIDR_SETS_SHIFT 13u
#define SCB_CCSIDR_SETS_MASK 0x7FFFu
#define SCB_CSSELR CORE_REGISTER(0xE000ED84u)
#define SCB_ICIALLU CORE_REGISTER(0xE000EF50u)
#define SCB_DCISW CORE_REGISTER(0xE000EF60u)

/* Memory protection unit of Armv7-M, by region. */
#define MPU_CTRL CORE_REGISTER(0xE000ED94u)
#define MPU_CTRL_ENABLE (1u << 0)
#define MPU_CTRL_PRIVDEFENA (1u << 2) /* where no region is, the default map holds */
#define MPU_RNR CORE_REGISTER(0xE000ED98u)
#define MPU_RBAR CORE_REGISTER(0xE000ED9Cu)
#define MPU_RASR CORE_REGISTER(0xE000EDA0u)
#define MPU_RASR_ENABLE (1u << 0)
#define MPU_RASR_SIZE_SHIFT 1u /* log2 of the bytes, less 1 */
#define MPU_RASR_SRD_SHIFT 8u  /* a bit for each eighth that is left out */
#define MPU_RASR_SHAREABLE (1u << 18)
#define MPU_RASR_NORMAL_UNCACHED (1u << 19) /* TEX = 1, C = B = 0 */
#define MPU_RASR_NO_ACCESS (0u << 24)
#define MPU_RASR_FULL_ACCESS (3u << 24)
#define MPU_RASR_XN (1u << 28) /* not to be executed */

/* SysTick. */
#define SYSTICK_CSR CORE_REGISTER(0xE000E010u)
#define SYSTICK_CSR_ENABLE (1u << 0)
#define SYSTICK_CSR_TICKINT (1u << 1)
#define SYSTICK_CSR_CORE_CLOCK (1u << 2)
#define SYSTICK_RVR CORE_REGISTER(0xE000E014u)
#define SYSTICK_CVR CORE_REGISTER(0xE000E018u)

/* Debug exception and monitor control; data watchpoint and trace unit. */
#define DEMCR CORE_REGISTER(0xE000EDFCu)
#define DEMCR_TRCENA (1u << 24)
#define DWT_CTRL CORE_REGISTER(0xE0001000u)
#define DWT_CTRL_CYCCNTENA (1u << 0)
#define DWT_CTRL_NOCYCCNT (1u << 25)
#define DWT_CYCCNT CORE_REGISTER(0xE0001004u)
#define DWT_LAR CORE_REGISTER(0xE0001FB0u) /* Cortex-M7 */
#define DWT_LAR_UNLOCK 0xC5ACCE55u

/* Armv8-M alone has a stack limit: below it a push faults at once. On Armv7-M the stack's place is
 * the guard: it is at the bottom of the RAM, and what is pushed below leaves the memory, into a
 * region that the MPU forbids. A piece of assembly: the named register holds the limit. */
#ifdef __ARM_ARCH_8M_MAIN__
#define CORE_SET_STACK_LIMIT(register) "msr msplim, " register "\n\t"
#else
#define CORE_SET_STACK_LIMIT(register) ""
#endif

static inline void core_data_barrier(void) {
    __asm volatile("dsb" ::: "memory");
}

/* Loads and stores before it are done, for all who look, before any that follow; the compiler
 * moves none across it either. */
static inline void core_memory_barrier(void) {
    __asm volatile("dmb" ::: "memory");
}

static inline void core_instruction_barrier(void) {
    __asm volatile("isb" ::: "memory");
}

/* DSB: what was written before has arrived, so that nothing is under way while the core sleeps
 * (Armv7-M, Armv8-M ARM: WFI). ISB: what was fetched before the sleep is not executed after it. A
 * part that a debugger has left with DBGMCU_CR.DBG_SLEEP set may fetch wrong instructions as it
 * wakes (ST's errata sheets, "Wrong instruction fetches from flash memory upon wakeup from Sleep or
 * Stop mode when debug in low-power mode is enabled"). */
static inline void core_wait_for_interrupt(void) {
    __asm volatile("dsb\n\twfi\n\tisb" ::: "memory");
}

static inline void core_interrupts_disable(void) {
    __asm volatile("cpsid i" ::: "memory");
}

static inline void core_interrupts_enable(void) {
    __asm volatile("cpsie i" ::: "memory");
}

static inline uint32_t core_stack_pointer(void) {
    uint32_t value;
    __asm volatile("mov %0, sp" : "=r"(value));
    return value;
}

static inline uint32_t core_exception_number(void) {
    uint32_t value;
    __asm volatile("mrs %0, ipsr" : "=r"(value));
    return value;
}

/* Enables one line of the NVIC at the given priority (0 first; the part has 4 bits, upper ones). */
static inline void core_enable_line(uint32_t line, uint8_t priority) {
    NVIC_IPR_BYTE(line) = (uint8_t)(priority << 4);
    NVIC_ICPR(line / 32u) = 1u << (line % 32u);
    NVIC_ISER(line / 32u) = 1u << (line % 32u);
}

#endif
