/* SPDX-License-Identifier: Apache-2.0 */
/* The program's interface to the machine: timer, output file, exit. */
#ifndef TARGET_MPS2_H
#define TARGET_MPS2_H

#include <stdint.h>

/* Ticks of the machine's timer, modulo 2^32, counting down. */
static inline uint32_t mps2_timer_ticks(void) {
    return *(volatile uint32_t *)(MPS2_TIMER + 0x4u);
}

/* The output file. */
void mps2_open_records(void);
void mps2_write_records(const void *bytes, uint32_t count);

enum mps2_exit {
    MPS2_EXIT_DONE = 0,
    MPS2_EXIT_FAULT = 40,    /* the core took an exception */
    MPS2_EXIT_FILE = 41,     /* the emulator cannot write the file */
    MPS2_EXIT_RECORDS = 42,  /* the records do not fit */
    MPS2_EXIT_LISTENER = 43, /* the listener returned an error */
    MPS2_EXIT_NESTING = 44,  /* metered calls nest too deep */
};

_Noreturn void mps2_exit(enum mps2_exit code);

#endif
