/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CONV_2D of a single plane, 3x3, stride 2, scaled taps. The portable twin is
 * convolution_scaled_s2.c; convolution_scaled.h tells the columns.
 *
 *     r0, r1, r2   taps (left, middle) of rows A, B, C      r5         start
 *     r3           right taps of A (top) and B (bottom)     r10, r11   multiplier, addend
 *     r4           right tap of C (top)                     r12, lr    columns, planes
 *     r6-r9        an output's sum and the three words of a step, of which one turns into the next
 *                  output's sum: r6 and r7 hold sums by turns
 * An output takes 10 instructions: one LDM for its three words, six multiplications, two to scale
 * it and one to store it. A product is ready after two cycles, so the next output's are between.
 */
#if !M2M_PORTABLE_KERNELS
    .syntax unified
    .thumb

    .equ    PARAMETERS, 0
    .equ    COLUMNS, 4
    .equ    CHANNELS, 8       @ still to be made
    .equ    FRAME_BYTES, 12

    .equ    SHIFT, 12         @ SCALED_SHIFT
    .equ    CHANNEL_BYTES, 28 @ of struct scaled_3x3

/* Ends the output whose sum is `sum` and begins the next in `a`; a, b, c: the step's words. */
.macro STEP sum, a, b, c, place
    ldm     r12!, {\a, \b, \c}
    smlabt  \sum, \a, r3, \sum
    smlabb  \sum, \b, r3, \sum
    smlabt  \sum, \c, r4, \sum
    smlad   \a, \a, r0, r5
    smmla   \sum, \sum, r10, r11
    smlad   \a, \b, r1, \a
    usat    \sum, #8, \sum, asr #SHIFT
    smlad   \a, \c, r2, \a
    strb    \sum, [lr, #\place]
.endm

/* second, third: where pixels 1 and 2 of a word lie. */
.macro CONVOLUTION name, second, third
    .section .text.\name, "ax", %progbits
    .global \name
    .type   \name, %function
    .thumb_func
    .balign 4
\name:
    push    {r4-r11, lr}
    sub     sp, sp, #FRAME_BYTES
    ldm     r0, {r4-r7}               @ outputs, pixels, stride, parameters
    mov     r10, #CHANNEL_BYTES
    mla     r7, r3, r10, r7
    str     r7, [sp, #PARAMETERS]
    str     r1, [sp, #COLUMNS]
    str     r4, [sp, #CHANNELS]
    vmov    s0, r5
    mov     lr, r2
\name\()_channel:
    ldr     r10, [sp, #PARAMETERS]
    ldm     r10!, {r0-r4}
    ldm     r10!, {r5, r6}
    str     r10, [sp, #PARAMETERS]
    vmov    r9, s0
    mov     r10, r6
    uxth    r11, r4
    add     r9, r9, lr                @ where the planes of the next channel begin
    vmov    s1, r9
    ldr     r12, [sp, #COLUMNS]
    ldm     r12!, {r6, r7, r8}
    smlad   r6, r6, r0, r5
    smlad   r6, r7, r1, r6
    smlad   r6, r8, r2, r6
\name\()_pixels:
    STEP    r6, r7, r8, r9, 0
    STEP    r7, r6, r8, r9, \second
    STEP    r6, r7, r8, r9, \third
    STEP    r7, r6, r8, r9, 3
    vmov    r9, s1
    add     lr, lr, #4
    cmp     lr, r9
    bne     \name\()_pixels
    ldr     r9, [sp, #CHANNELS]
    subs    r9, r9, #1
    str     r9, [sp, #CHANNELS]
    bne     \name\()_channel
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   \name, . - \name
.endm

    CONVOLUTION convolution_scaled_s2_row_u8, 1, 2
    CONVOLUTION convolution_scaled_s2_swapped_row_u8, 2, 1
#endif
