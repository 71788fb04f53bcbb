/* SPDX-License-Identifier: Apache-2.0 */
/* The program's input: data.bin in the assembler's include folder. */
    .syntax unified
    .section .rodata.data, "a"
    .balign 4
    .global mps2_data_start
    .global mps2_data_end
mps2_data_start:
    .incbin "data.bin"
mps2_data_end:
    .balign 4
