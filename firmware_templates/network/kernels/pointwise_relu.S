/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CONV_2D as a matrix product, with a RELU that clamps at the zero point. The portable twin is
 * pointwise_relu.c, and pointwise_macros.inc tells the registers.
 *
 * A block costs 39 instructions beside its steps, and three a round. An output takes two: SMMLAR
 * scales and rounds it and adds half a unit, USAT shifts and clamps it. USAT's shift is part of
 * the instruction: the two common shifts have ways of their own, all others one with an ASR more.
 * A negative sum gives 0 whichever way it is rounded, so that halves need not go away from zero.
 *
 * 256 B is scaled as it is: 8 is added to the shift n, and what rounds the first product (half of
 * 2^32) becomes 2^7 beside the half unit, 2^(n + 7) or nothing for n = 0. SMMLA leaves the rest
 * away, which is floor in floor: exact.
 */
#if !M2M_PORTABLE_KERNELS
    .syntax unified
    .thumb

#include "network/kernels/pointwise_macros.inc"

    .equ    LEAST_WAY, 4     @ of the table of eight; a shift beyond takes the nearest

.macro MULTIPLY by, multiplier, y0, y1, y2, y3
    ldrd    r10, r11, [sp, #\multiplier]
    \by     \y0, \y0, r10, r11
    \by     \y1, \y1, r10, r11
    \by     \y2, \y2, r10, r11
    \by     \y3, \y3, r10, r11
.endm

.macro SCALE by, multiplier, shift, y0, y1, y2, y3
    MULTIPLY \by, \multiplier, \y0, \y1, \y2, \y3
    usat    \y0, #8, \y0, asr #\shift
    usat    \y1, #8, \y1, asr #\shift
    usat    \y2, #8, \y2, asr #\shift
    usat    \y3, #8, \y3, asr #\shift
.endm

.macro SCALE_ANY by, multiplier, shift, y0, y1, y2, y3
    ldr     r8, [sp, #\shift]
    MULTIPLY \by, \multiplier, \y0, \y1, \y2, \y3
    asr     \y0, \y0, r8
    asr     \y1, \y1, r8
    asr     \y2, \y2, r8
    asr     \y3, \y3, r8
    usat    \y0, #8, \y0
    usat    \y1, #8, \y1
    usat    \y2, #8, \y2
    usat    \y3, #8, \y3
.endm

.macro WAY_OF name, way, shift
    .if \shift == 7 || \shift == 8
    .word   \name\()_\way\shift + 1
    .else
    .word   \name\()_\way + 1
    .endif
.endm

.macro POINTWISE_RELU name, swapped
    .section .text.\name, "ax", %progbits
    .global \name
    .type   \name, %function
    .thumb_func
    .balign 4
\name:
    BEGIN   \name
\name\()_pair:
    BEGIN_PAIR
    mov     r8, #(1 << 7)
    add     r2, r8, r2, lsl #8
    strd    r3, r2, [sp, #MULTIPLIER_B]
    add     r2, r5, #8
    strd    r4, r2, [sp, #SHIFT_A]
    ldr     r8, =\name\()_ways
    sub     r4, r4, #LEAST_WAY
    sub     r5, r5, #LEAST_WAY
    usat    r4, #3, r4
    usat    r5, #3, r5
    ldr     r4, [r8, r4, lsl #3]
    add     r8, r8, #4
    ldr     r5, [r8, r5, lsl #3]
    strd    r4, r5, [sp, #WAY_A]
    SUMS    \name
    ldr     pc, [sp, #WAY_A]

    .irp    shift, 7, 8
\name\()_a\shift:
    SCALE   smmlar, MULTIPLIER_A, \shift, r0, r1, r2, r3
    ldr     pc, [sp, #WAY_B]
    .endr
\name\()_a:
    SCALE_ANY smmlar, MULTIPLIER_A, SHIFT_A, r0, r1, r2, r3
    ldr     pc, [sp, #WAY_B]

\name\()_b:
    SCALE_ANY smmla, MULTIPLIER_B, SHIFT_B, r4, r5, r6, r7
    b       \name\()_store
\name\()_b7:
    SCALE   smmla, MULTIPLIER_B, 15, r4, r5, r6, r7
    b       \name\()_store
\name\()_b8:
    SCALE   smmla, MULTIPLIER_B, 16, r4, r5, r6, r7
\name\()_store:
    .if \swapped
    PACK    r0, r2, r1, r3, r4, r6, r5, r7
    .else
    PACK    r0, r1, r2, r3, r4, r5, r6, r7
    .endif
    STORE   \name, \name\()_pair
    .ltorg
    .balign 4
\name\()_ways:
    .irp    shift, 4, 5, 6, 7, 8, 9, 10, 11
    WAY_OF  \name, a, \shift
    WAY_OF  \name, b, \shift
    .endr
    .size   \name, . - \name
.endm

    POINTWISE_RELU pointwise_relu_row_u8, 0
    POINTWISE_RELU pointwise_relu_swapped_row_u8, 1
#endif
