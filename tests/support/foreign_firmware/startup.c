/* SPDX-License-Identifier: Apache-2.0 */
/* Start-up of a firmware that has nothing of mel2metal but its library: RAM, FPU, main. */
#include <stddef.h>
#include <stdint.h>

#define CPACR (*(volatile uint32_t *)0xE000ED88u)
#define CPACR_FPU (0xFu << 20)

extern uint32_t foreign_stack_top[], foreign_bss[], foreign_bss_end[];
extern uint32_t foreign_data[], foreign_data_end[], foreign_data_load[];

int main(void);
void foreign_start(void);
void foreign_stop(void);

/* What a C library would have. The compiler must not make calls of themselves of them. */
__attribute__((optimize("no-tree-loop-distribute-patterns"))) void *
memcpy(void *to, const void *from, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        ((uint8_t *)to)[i] = ((const uint8_t *)from)[i];
    }
    return to;
}

__attribute__((optimize("no-tree-loop-distribute-patterns"))) void *memset(void *to, int value,
                                                                           size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        ((uint8_t *)to)[i] = (uint8_t)value;
    }
    return to;
}

__attribute__((optimize("no-tree-loop-distribute-patterns"))) void *
memmove(void *to, const void *from, size_t bytes) {
    uint8_t *target = to;
    const uint8_t *source = from;
    if (target < source) {
        return memcpy(to, from, bytes);
    }
    while (bytes-- != 0u) {
        target[bytes] = source[bytes];
    }
    return to;
}

void foreign_start(void) {
    CPACR |= CPACR_FPU;
    __asm volatile("dsb\n\tisb" ::: "memory");
    for (volatile uint32_t *word = foreign_bss; word < foreign_bss_end; word++) {
        *word = 0u;
    }
    const uint32_t *from = foreign_data_load;
    for (volatile uint32_t *word = foreign_data; word < foreign_data_end; word++) {
        *word = *from++;
    }
    (void)main();
    foreign_stop();
}

void foreign_stop(void) {
    for (;;) {
    }
}

__attribute__((section(".foreign_vectors"), used)) static const uintptr_t vectors[] = {
    (uintptr_t)foreign_stack_top, (uintptr_t)foreign_start, (uintptr_t)foreign_stop,
    (uintptr_t)foreign_stop,      (uintptr_t)foreign_stop,  (uintptr_t)foreign_stop,
    (uintptr_t)foreign_stop,
};
