/* SPDX-License-Identifier: Apache-2.0 */
/* What the program works on: data.bin, from the folder that the assembler is told. */
    .syntax unified
    .section .rodata.data, "a"
    .balign 4
    .global mps2_data_start
    .global mps2_data_end
mps2_data_start:
    .incbin "data.bin"
mps2_data_end:
    .balign 4
