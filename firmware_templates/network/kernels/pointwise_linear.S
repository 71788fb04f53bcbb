/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CONV_2D as a matrix product, with any zero point and any clamp. The portable twin is
 * pointwise_linear.c, and pointwise_macros.inc tells the registers.
 *
 * An output takes seven instructions and, with three others, a share in the clamp of four bytes
 * at once. Halves go away from zero: a negative product is one less before half a unit is added,
 * unless the shift is 0 and nothing is halved.
 */
#if !M2M_PORTABLE_KERNELS
    .syntax unified
    .thumb

#include "network/kernels/pointwise_macros.inc"

/* r8 shift, r9 the output's zero point, r10 multiplier, r11 half a unit. */
.macro SCALE multiplier, shift, y0, y1, y2, y3
    ldrd    r10, r11, [sp, #\multiplier]
    ldr     r9, [sp, #RANGE]
    ldr     r8, [sp, #\shift]
    ldr     r9, [r9]
    cmp     r8, #0
    .irp    y, \y0, \y1, \y2, \y3
    smmulr  \y, \y, r10
    it      ne
    addne   \y, \y, \y, asr #31
    add     \y, \y, r11
    asr     \y, \y, r8
    add     \y, \y, r9
    usat    \y, #8, \y
    .endr
.endm

/* Clamps each byte of r0 and r4 to lowest..highest: up by 255 - highest with saturation, down by
 * that and lowest, up by lowest. */
.macro CLAMP
    ldr     r9, [sp, #RANGE]
    mov     r8, #0x01010101
    ldrd    r10, r11, [r9, #4]         @ lowest, highest
    mul     r10, r10, r8
    mul     r11, r11, r8
    mvn     r11, r11
    uqadd8  r0, r0, r11
    uqadd8  r4, r4, r11
    uadd8   r11, r11, r10
    uqsub8  r0, r0, r11
    uqsub8  r4, r4, r11
    uadd8   r0, r0, r10
    uadd8   r4, r4, r10
.endm

    .section .text.pointwise_linear_row_u8, "ax", %progbits
    .global pointwise_linear_row_u8
    .type   pointwise_linear_row_u8, %function
    .thumb_func
    .balign 4
pointwise_linear_row_u8:
    BEGIN   pointwise_linear_row_u8
pointwise_linear_row_u8_pair:
    BEGIN_PAIR
    strd    r3, r2, [sp, #MULTIPLIER_B]
    strd    r4, r5, [sp, #SHIFT_A]
    SUMS    pointwise_linear_row_u8
    asr     r4, r4, #8
    asr     r5, r5, #8
    asr     r6, r6, #8
    asr     r7, r7, #8
    SCALE   MULTIPLIER_A, SHIFT_A, r0, r1, r2, r3
    SCALE   MULTIPLIER_B, SHIFT_B, r4, r5, r6, r7
    PACK    r0, r1, r2, r3, r4, r5, r6, r7
    CLAMP
    ldrd    r10, r9, [sp, #PLANES]
    STORE   pointwise_linear_row_u8, pointwise_linear_row_u8_pair
    .ltorg
    .size   pointwise_linear_row_u8, . - pointwise_linear_row_u8
#endif
