/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DEPTHWISE_CONV_2D, 3x3, stride 2, scaled taps, one border pixel of value 0 right. The portable
 * twin is depthwise_scaled_s2.c; depthwise_scaled_macros.inc tells the other registers.
 *
 *     r0, r1, r2   taps (left, middle) of rows A, B, C      r5, r8, r9   words of the three rows
 *     r3           right taps of A (top) and B (bottom)     r6, r7       two sums
 *     r4           right tap of C (top)                     r10, r11     pixels
 * A word x0 x1 x2 x3 ends the output before it (right of x0), makes one (x0, x1, x2) and begins
 * one (x2, x3): 25 instructions for two outputs' sums, 10 to scale and store them; with the loop
 * 75 for four outputs.
 */
#if !M2M_PORTABLE_KERNELS
    .syntax unified
    .thumb

#include "network/kernels/depthwise_scaled_macros.inc"

/* Two pixels of each row (of A and B in r10 and r11): ends the sum `before`, adds to `next`. */
.macro SUMS ror, before, next, first=0
    .if !\first
    smlabt  \before, r10, r3, \before
    .endif
    smlad   \next, r10, r0, \next
    .if \ror
    uxtb16  r10, r9, ror #8
    .else
    uxtb16  r10, r9
    .endif
    .if !\first
    smlabb  \before, r11, r3, \before
    .endif
    smlad   \next, r11, r1, \next
    .if !\first
    smlabt  \before, r10, r4, \before
    .endif
    smlad   \next, r10, r2, \next
.endm

/* Loads a word of each row (r8 and r9 hold s4 and s5) and takes its lower half. */
.macro LOWER_HALF before, next, first=0
    ldr     r8, [r12, r8]
    ldr     r9, [r12, r9]
    ldr     r5, [r12], #4
    vmov    \next, s0
    uxtb16  r11, r8
    uxtb16  r10, r5
    SUMS    0, \before, \next, \first
.endm

/* The sum that the lower half has ended to its column, doubled, and the upper half, which ends
 * `before` and begins a sum in its place. `on`: to the next block of columns. */
.macro OUTPUT_AND_UPPER_HALF sum, place, before, on=0
    vmov    r10, r11, s2, s3
    smmla   \sum, \sum, r10, r11
    uxtb16  r10, r5, ror #8
    usat    \sum, #8, \sum, asr #SHIFT
    uxtb16  r11, r8, ror #8
    lsl     \sum, \sum, #1
    strh    \sum, [lr, #\place]
    .if \on
    vmov    \sum, s7
    add     lr, lr, \sum
    .endif
    vmov    \sum, s0
    SUMS    1, \before, \sum
.endm

/* A sum to its column, doubled; what the next word's loads and the loop's end want. */
.macro OUTPUT sum, place
    vmov    r10, r11, s2, s3
    smmla   \sum, \sum, r10, r11
    vmov    r8, s4
    usat    \sum, #8, \sum, asr #SHIFT
    vmov    r9, s5
    lsl     \sum, \sum, #1
    strh    \sum, [lr, #\place]
.endm

    .section .text.depthwise_scaled_s2_row_u8, "ax", %progbits
    .global depthwise_scaled_s2_row_u8
    .type   depthwise_scaled_s2_row_u8, %function
    .thumb_func
    .balign 4
depthwise_scaled_s2_row_u8:
    BEGIN   depthwise_scaled_s2
depthwise_scaled_s2_channel:
    LOAD_CHANNEL
    vmov    s6, r10
    ldr     pc, [sp, #TAPS_READY]

depthwise_scaled_s2_border:
    ldr     r8, [sp, #MISSING]
    tst     r8, #1
    itt     ne
    movne   r0, #0
    uxthne  r3, r3
    tst     r8, #2
    ittt    ne
    movne   r1, #0
    lsrne   r3, r3, #16
    lslne   r3, r3, #16
    tst     r8, #4
    itt     ne
    movne   r2, #0
    movne   r4, #0
depthwise_scaled_s2_ready:
    vmov    r8, s4
    vmov    r9, s5
    LOWER_HALF r7, r6, 1
    uxtb16  r10, r5, ror #8
    uxtb16  r11, r8, ror #8
    vmov    r7, s0
    SUMS    1, r6, r7
    OUTPUT  r6, 0
    b       depthwise_scaled_s2_odd
depthwise_scaled_s2_turn:
    LOWER_HALF r7, r6
    OUTPUT_AND_UPPER_HALF r7, 12, r6, 1
    OUTPUT  r6, 0
depthwise_scaled_s2_odd:
    LOWER_HALF r7, r6
    OUTPUT_AND_UPPER_HALF r7, 4, r6
    OUTPUT  r6, 8
    vmov    r10, s6
    cmp     r12, r10
    bne     depthwise_scaled_s2_turn
    NEXT_CHANNEL depthwise_scaled_s2, r7
    .ltorg
    .size   depthwise_scaled_s2_row_u8, . - depthwise_scaled_s2_row_u8
#endif
