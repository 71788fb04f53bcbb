/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DEPTHWISE_CONV_2D, 3x3, stride 1, scaled taps, one border pixel of value 0 left and right. The
 * portable twin is depthwise_scaled_s1.c; depthwise_scaled_macros.inc tells the other registers.
 *
 *     r0, r1, r2   taps (left, middle) of rows A, B, C      r6-r9   four sums
 *     r3, r4, r5   taps (middle, right)                     r10, r11   pixels
 * A pair of pixels x0, x1 of a row belongs to four outputs: it ends y-1 (right of x0) and y0 (middle,
 * right), begins y1 (left, middle) and y2 (left of x1). So a pair takes four multiplications a row
 * and no pixel is loaded for a neighbour's sake. 21 instructions make the sums of two outputs, 9
 * scale and store them: 32 for two outputs with the loop.
 */
#if !M2M_PORTABLE_KERNELS
    .syntax unified
    .thumb

#include "network/kernels/depthwise_scaled_macros.inc"

/* One row of a pair: x (r10 or r11), its taps, the sums, and what y1 and y2 start from. */
.macro ROW_OF_PAIR x, left, right, ym, y0, y1, y2, from1, from2, from0, first
    .if !\first
    smlabt  \ym, \x, \right, \ym
    .endif
    smlad   \y0, \x, \right, \from0
    smlad   \y1, \x, \left, \from1
    smlatb  \y2, \x, \left, \from2
.endm

/* The lower pair of a word: x0, x1. `first`: of a row, where y0 begins as well. */
.macro LOWER_PAIR ym, y0, y1, y2, first
    ldr     r10, [r12]
    vmov    r11, s0
    uxtb16  r10, r10
    .if \first
    ROW_OF_PAIR r10, r0, r3, \ym, \y0, \y1, \y2, r11, r11, r11, 1
    .else
    ROW_OF_PAIR r10, r0, r3, \ym, \y0, \y1, \y2, r11, r11, \y0, 0
    .endif
    vmov    r11, s4
    vmov    r10, s5
    ldr     r11, [r12, r11]
    ldr     r10, [r12, r10]
    uxtb16  r11, r11
    uxtb16  r10, r10
    ROW_OF_PAIR r11, r1, r4, \ym, \y0, \y1, \y2, \y1, \y2, \y0, \first
    ROW_OF_PAIR r10, r2, r5, \ym, \y0, \y1, \y2, \y1, \y2, \y0, \first
.endm

/* The upper pair: x2, x3. Row A comes last, and r12 goes on. */
.macro UPPER_PAIR ym, y0, y1, y2
    vmov    r10, s4
    ldr     r10, [r12, r10]
    vmov    r11, s0
    uxtb16  r10, r10, ror #8
    ROW_OF_PAIR r10, r1, r4, \ym, \y0, \y1, \y2, r11, r11, \y0, 0
    vmov    r11, s5
    ldr     r11, [r12, r11]
    ldr     r10, [r12], #4
    uxtb16  r11, r11, ror #8
    uxtb16  r10, r10, ror #8
    ROW_OF_PAIR r11, r2, r5, \ym, \y0, \y1, \y2, \y1, \y2, \y0, 0
    ROW_OF_PAIR r10, r0, r3, \ym, \y0, \y1, \y2, \y1, \y2, \y0, 0
.endm

/* Sums to doubled outputs. */
.macro SCALE_TWO first, second
    vmov    r10, r11, s2, s3
    smmla   \first, \first, r10, r11
    smmla   \second, \second, r10, r11
    usat    \first, #8, \first, asr #SHIFT
    usat    \second, #8, \second, asr #SHIFT
    lsl     \first, \first, #1
    lsl     \second, \second, #1
.endm

.macro SCALE_ONE sum
    vmov    r10, r11, s2, s3
    smmla   \sum, \sum, r10, r11
    usat    \sum, #8, \sum, asr #SHIFT
    lsl     \sum, \sum, #1
.endm

/* A word that is not a row's first: ends the last output of the word before it. */
.macro WORD
    LOWER_PAIR r6, r7, r8, r9, 0
    SCALE_TWO r6, r7
    strh    r6, [lr, #12]
    NEXT_BLOCK
    strh    r7, [lr]
    UPPER_PAIR r8, r9, r6, r7
    SCALE_TWO r8, r9
    strh    r8, [lr, #4]
    strh    r9, [lr, #8]
.endm

    .section .text.depthwise_scaled_s1_row_u8, "ax", %progbits
    .global depthwise_scaled_s1_row_u8
    .type   depthwise_scaled_s1_row_u8, %function
    .thumb_func
    .balign 4
depthwise_scaled_s1_row_u8:
    BEGIN   depthwise_scaled_s1
    /* Words behind the first: none, an even number (whole turns of the loop), or an odd one. */
    lsr     r6, r6, #2
    ldr     r0, =depthwise_scaled_s1_turn + 1
    ldr     r1, =depthwise_scaled_s1_half + 1
    ldr     r2, =depthwise_scaled_s1_last + 1
    tst     r6, #1
    it      eq
    moveq   r0, r1
    cmp     r6, #1
    it      eq
    moveq   r0, r2
    str     r0, [sp, #ENTRY]
depthwise_scaled_s1_channel:
    ldr     r10, [sp, #PARAMETERS]
    ldrd    r12, lr, [sp, #ROW]
    ldm     r10!, {r0-r4, r6, r7}
    str     r10, [sp, #PARAMETERS]
    vmov    r10, s8
    uxth    r8, r4
    vmov    s0, r6
    vmov    s2, s3, r7, r8
    add     r10, r10, r12
    pkhtb   r5, r4, r2, asr #16
    lsl     r4, r3, #16
    pkhtb   r3, r3, r0, asr #16
    pkhtb   r4, r4, r1, asr #16
    vmov    s6, r10
    ldr     pc, [sp, #TAPS_READY]

depthwise_scaled_s1_border:
    ldr     r8, [sp, #MISSING]
    tst     r8, #1
    itt     ne
    movne   r0, #0
    movne   r3, #0
    tst     r8, #2
    itt     ne
    movne   r1, #0
    movne   r4, #0
    tst     r8, #4
    itt     ne
    movne   r2, #0
    movne   r5, #0
depthwise_scaled_s1_ready:
    LOWER_PAIR r6, r7, r8, r9, 1
    SCALE_ONE r7
    strh    r7, [lr]
    UPPER_PAIR r8, r9, r6, r7
    SCALE_TWO r8, r9
    strh    r8, [lr, #4]
    strh    r9, [lr, #8]
    ldr     pc, [sp, #ENTRY]
depthwise_scaled_s1_turn:
    WORD
depthwise_scaled_s1_half:
    WORD
    vmov    r10, s6
    cmp     r12, r10
    bne     depthwise_scaled_s1_turn
depthwise_scaled_s1_last:
    SCALE_ONE r6
    strh    r6, [lr, #12]
    NEXT_CHANNEL depthwise_scaled_s1
    .ltorg
    .size   depthwise_scaled_s1_row_u8, . - depthwise_scaled_s1_row_u8
#endif
