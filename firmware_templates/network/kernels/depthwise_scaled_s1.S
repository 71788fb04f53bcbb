/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DEPTHWISE_CONV_2D, 3x3, stride 1, scaled taps, one border pixel of value 0 left and right. The
 * portable twin is depthwise_scaled_s1.c; depthwise_scaled_macros.inc tells the other registers.
 *
 *     r0, r1, r2   taps (left, middle) of rows A, B, C      r6-r9   four sums
 *     r3, r4, r5   taps (middle, right)                     r10, r11   pixels
 * A pair of pixels x0, x1 of a row belongs to four outputs: it ends y-1 (right of x0) and y0
 * (middle, right), begins y1 (left, middle) and y2 (left of x1). So a pair takes four
 * multiplications a row and no pixel is loaded for a neighbour's sake. 21 instructions make the
 * sums of two outputs, 9 scale and store them: 32 for two outputs with the loop.
 */
#if !M2M_PORTABLE_KERNELS
    .syntax unified
    .thumb

#include "network/kernels/depthwise_scaled_macros.inc"

/* One row of a pair: x (r10 or r11) and its taps. `first`: no output before it. */
.macro ROW_OF_PAIR x, left, right, ym, y0, y1, y2, first
    .if !\first
    smlabt  \ym, \x, \right, \ym
    .endif
    smlad   \y0, \x, \right, \y0
    smlad   \y1, \x, \left, \y1
    smlatb  \y2, \x, \left, \y2
.endm

/* The same of the first row that is added: y1 holds the start, of y2 as well and, `first`, of
 * y0. */
.macro FIRST_ROW_OF_PAIR x, left, right, ym, y0, y1, y2, first
    .if \first
    smlad   \y0, \x, \right, \y1
    .else
    smlabt  \ym, \x, \right, \ym
    smlad   \y0, \x, \right, \y0
    .endif
    smlatb  \y2, \x, \left, \y1
    smlad   \y1, \x, \left, \y1
.endm

/* The lower pair of a word: x0, x1. `first`: of a row. No instruction waits for a load. */
.macro LOWER_PAIR ym, y0, y1, y2, first
    vmov    r11, s4
    ldr     r10, [r12]
    vmov    \y1, s0
    ldr     r11, [r12, r11]
    uxtb16  r10, r10
    FIRST_ROW_OF_PAIR r10, r0, r3, \ym, \y0, \y1, \y2, \first
    vmov    r10, s5
    uxtb16  r11, r11
    ldr     r10, [r12, r10]
    ROW_OF_PAIR r11, r1, r4, \ym, \y0, \y1, \y2, \first
    uxtb16  r10, r10
    ROW_OF_PAIR r10, r2, r5, \ym, \y0, \y1, \y2, \first
.endm

/* The upper pair: x2, x3. Row A comes last, and r12 goes on. `begun`: r10 and r11 hold s4, s5. */
.macro UPPER_PAIR ym, y0, y1, y2, begun=0
    .if !\begun
    vmov    r10, s4
    vmov    r11, s5
    .endif
    vmov    \y1, s0
    ldr     r10, [r12, r10]
    ldr     r11, [r12, r11]
    uxtb16  r10, r10, ror #8
    FIRST_ROW_OF_PAIR r10, r1, r4, \ym, \y0, \y1, \y2, 0
    ldr     r10, [r12], #4
    uxtb16  r11, r11, ror #8
    ROW_OF_PAIR r11, r2, r5, \ym, \y0, \y1, \y2, 0
    uxtb16  r10, r10, ror #8
    ROW_OF_PAIR r10, r0, r3, \ym, \y0, \y1, \y2, 0
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

/* A word that is not a row's first: ends the last output of the word before it. */
.macro WORD
    LOWER_PAIR r6, r7, r8, r9, 0
    SCALE_TWO r6, r7
    vmov    r10, s7
    strh    r6, [lr, #12]
    add     lr, lr, r10               @ on to the next block of columns
    strh    r7, [lr]
    UPPER_PAIR r8, r9, r6, r7
    SCALE_TWO r8, r9
    vmov    r10, s6                   @ for the loop's end
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
    /* Words after the first: none, an even number (whole turns of the loop), or an odd one. */
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
    LOAD_CHANNEL
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
    vmov    r10, r11, s2, s3
    smmla   r7, r7, r10, r11
    vmov    r10, s4
    usat    r7, #8, r7, asr #SHIFT
    vmov    r11, s5
    lsl     r7, r7, #1
    strh    r7, [lr]
    UPPER_PAIR r8, r9, r6, r7, 1
    SCALE_TWO r8, r9
    strh    r8, [lr, #4]
    strh    r9, [lr, #8]
    ldr     pc, [sp, #ENTRY]
depthwise_scaled_s1_turn:
    WORD
depthwise_scaled_s1_half:
    WORD
    cmp     r12, r10
    bne     depthwise_scaled_s1_turn
depthwise_scaled_s1_last:
    NEXT_CHANNEL depthwise_scaled_s1, r6
    .ltorg
    .size   depthwise_scaled_s1_row_u8, . - depthwise_scaled_s1_row_u8
#endif
