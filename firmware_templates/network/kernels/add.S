/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ADD and SUB of two rows. The portable twin is add.c, which tells the scales.
 *
 *     r0-r3   four pixels of the first input, then sums, then outputs
 *     r4, r5  two pixels of the second, r6 scratch, r7 its word
 *     r8-r11, lr  the numbers of a scale, from the frame
 *     r12     the first input      s0, s1   how far the second and the output are after it
 *     s2      its end              s3       sign
 * An input takes seven instructions a pixel, a sum and its scale eight, all else a share in the
 * work on four: 117 instructions for four pixels (C: 260, whose numbers do not fit in registers).
 *
 * A rounded product has the sign of its factor, or is 0; so halves go away from zero by one less
 * in what is added to a negative one. Where that rounds to 0 it changes nothing, since half a
 * unit stays below one.
 */
#if !M2M_PORTABLE_KERNELS
    .syntax unified
    .thumb

/* struct add_layer, in words. */
    .equ    SIGN, 12
    .equ    ZEROS, 16
    .equ    MULTIPLIERS, 24
    .equ    SHIFTS, 32
    .equ    MULTIPLIER, 40
    .equ    SHIFT, 44
    .equ    RANGE, 48

/* The frame: of each scale zero point, multiplier, half a unit, what is added to a negative
 * product, shift to the right. Of the sums' also how far they are shifted to the left before. */
    .equ    SCALE_BYTES, 20
    .equ    FIRST, 0
    .equ    SECOND, 20
    .equ    RESULT, 40
    .equ    LEFT, 60
    .equ    UP, 64           @ 255 - highest, in each byte
    .equ    DOWN, 68         @ that and lowest
    .equ    LOWEST, 72
    .equ    FRAME_BYTES, 76

    .equ    SPARE_BITS, 20

/* r8: shift to the right, r6: multiplier, r7: zero point of a scale. Into the frame. */
.macro PREPARE scale
    mov     r10, #1
    lsl     r10, r10, r8
    lsr     r10, r10, #1
    cmp     r8, #0
    ite     eq
    moveq   r11, #0
    movne   r11, #-1
    strd    r7, r6, [sp, #\scale]
    strd    r10, r11, [sp, #(\scale + 8)]
    str     r8, [sp, #(\scale + 16)]
.endm

.macro LOAD_SCALE scale
    ldrd    r8, r9, [sp, #\scale]
    ldrd    r10, r11, [sp, #(\scale + 8)]
    ldr     lr, [sp, #(\scale + 16)]
.endm

/* Two factors, shifted to the left, to their rounded multiples. No instruction waits for a
 * result. */
.macro ROUND_TWO y0, y1, scratch0, scratch1, left
    and     \scratch0, r11, \y0, asr #31
    and     \scratch1, r11, \y1, asr #31
    lsl     \y0, \y0, \left
    lsl     \y1, \y1, \left
    add     \scratch0, \scratch0, r10
    add     \scratch1, \scratch1, r10
    smmlar  \y0, \y0, r9, \scratch0
    smmlar  \y1, \y1, r9, \scratch1
    asr     \y0, \y0, lr
    asr     \y1, \y1, lr
.endm

/* Two pixels of the second input, in r4 and r5, to the common scale, and added to two sums. */
.macro ADD_TWO sum0, sum1
    sub     r4, r4, r8
    sub     r5, r5, r8
    and     r6, r11, r4, asr #31
    lsl     r4, r4, #(SPARE_BITS + 1)
    add     r6, r6, r10
    smmlar  r4, r4, r9, r6
    and     r6, r11, r5, asr #31
    lsl     r5, r5, #(SPARE_BITS + 1)
    asr     r4, r4, lr
    add     r6, r6, r10
    smmlar  r5, r5, r9, r6
    vmov    r6, s3
    asr     r5, r5, lr
    mla     \sum0, r4, r6, \sum0
    mla     \sum1, r5, r6, \sum1
.endm

    .section .text.add_combine_row_u8, "ax", %progbits
    .global add_combine_row_u8
    .type   add_combine_row_u8, %function
    .thumb_func
    .balign 4
add_combine_row_u8:
    push    {r4-r11, lr}
    sub     sp, sp, #FRAME_BYTES
    ldr     r12, [r1]
    ldr     r4, [r1, #8]
    sub     r4, r4, r12
    vmov    s0, r4
    sub     r2, r2, r12
    vmov    s1, r2
    ldr     r3, [r0]                  @ all planes, one after the other
    ldr     r4, [r0, #8]
    mla     r3, r3, r4, r12
    vmov    s2, r3
    ldr     r4, [r0, #SIGN]
    vmov    s3, r4
    ldr     r7, [r0, #ZEROS]
    ldr     r6, [r0, #MULTIPLIERS]
    ldr     r8, [r0, #SHIFTS]
    rsb     r8, r8, #0
    PREPARE FIRST
    ldr     r7, [r0, #(ZEROS + 4)]
    ldr     r6, [r0, #(MULTIPLIERS + 4)]
    ldr     r8, [r0, #(SHIFTS + 4)]
    rsb     r8, r8, #0
    PREPARE SECOND
    ldr     r4, [r0, #SHIFT]
    usat    r5, #5, r4                @ the result's to the left, one more to double it
    add     r5, r5, #1
    str     r5, [sp, #LEFT]
    rsb     r8, r4, #0
    usat    r8, #5, r8
    ldr     r7, [r0, #RANGE]
    ldr     r6, [r0, #MULTIPLIER]
    PREPARE RESULT
    ldr     r4, [r0, #(RANGE + 4)]
    ldr     r5, [r0, #(RANGE + 8)]
    mov     r6, #0x01010101
    mul     r4, r4, r6
    mul     r5, r5, r6
    mvn     r5, r5
    uadd8   r6, r5, r4
    strd    r5, r6, [sp, #UP]
    str     r4, [sp, #LOWEST]
add_combine_row_u8_pixels:
    ldr     r3, [r12]
    LOAD_SCALE FIRST
    uxtb    r0, r3
    uxtb    r1, r3, ror #8
    uxtb    r2, r3, ror #16
    uxtb    r3, r3, ror #24
    .irp    y, r0, r1, r2, r3
    sub     \y, \y, r8
    .endr
    ROUND_TWO r0, r1, r4, r5, #(SPARE_BITS + 1)
    ROUND_TWO r2, r3, r4, r5, #(SPARE_BITS + 1)

    vmov    r7, s0
    LOAD_SCALE SECOND
    ldr     r7, [r12, r7]
    uxtb    r4, r7
    uxtb    r5, r7, ror #8
    ADD_TWO r0, r1
    uxtb    r4, r7, ror #16
    uxtb    r5, r7, ror #24
    ADD_TWO r2, r3

    LOAD_SCALE RESULT
    ldr     r5, [sp, #LEFT]
    ROUND_TWO r0, r1, r4, r6, r5
    ROUND_TWO r2, r3, r4, r6, r5
    .irp    y, r0, r1, r2, r3
    add     \y, \y, r8
    .endr
    .irp    y, r0, r1, r2, r3
    usat    \y, #8, \y
    .endr
    orr     r0, r0, r1, lsl #8
    orr     r2, r2, r3, lsl #8
    ldrd    r8, r9, [sp, #UP]
    orr     r0, r0, r2, lsl #16
    ldr     r10, [sp, #LOWEST]
    uqadd8  r0, r0, r8
    vmov    r11, s1
    uqsub8  r0, r0, r9
    vmov    r6, s2
    uadd8   r0, r0, r10
    str     r0, [r12, r11]
    add     r12, r12, #4
    cmp     r12, r6
    bne     add_combine_row_u8_pixels
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   add_combine_row_u8, . - add_combine_row_u8
#endif
