/* SPDX-License-Identifier: Apache-2.0 */
/* How both 3x3 depthwise filters in assembly begin: depthwise_scaled_macros.inc. */
#if !M2M_PORTABLE_KERNELS
    .syntax unified
    .thumb

#include "network/kernels/depthwise_scaled_macros.inc"

/* r0 layer, r1 rows, r2 columns, r3 first channel; r8, r9 what follows in a channel when the
 * taps are in their registers, without and with border rows. Fills the frame, which is open, and
 * s4, s5, s7, s8. Leaves the output's width in r6. */
    .section .text.depthwise_scaled_begin, "ax", %progbits
    .global depthwise_scaled_begin
    .type   depthwise_scaled_begin, %function
    .thumb_func
    .balign 4
depthwise_scaled_begin:
    ldm     r0, {r4-r7}               @ channels, inputs, width, parameters
    mov     r10, #CHANNEL_BYTES
    mla     r7, r3, r10, r7
    str     r7, [sp, #PARAMETERS]
    add     r2, r2, r3, lsl #3        @ a pair of channels has 16 bytes in a block
    mov     r3, #2
    strd    r2, r3, [sp, #COLUMN]
    lsl     r5, r5, #3                @ a block has 8 * inputs bytes
    vmov    s7, r5
    mov     r7, r4
    ldm     r1, {r0-r5}               @ pixels and channel stride of A, B, C
    orr     r11, r1, r3
    orr     r11, r11, r5              @ the stride of those that are no border
    vmov    s8, r11
    /* A border row is replaced by one that is none: A by B or C, the others by A. */
    mov     r10, #0
    cmp     r5, #0
    itt     eq
    addeq   r10, r10, #4
    moveq   r4, r2
    cmp     r3, #0
    itt     eq
    addeq   r10, r10, #2
    moveq   r2, r4
    cmp     r1, #0
    itt     eq
    addeq   r10, r10, #1
    moveq   r0, r2
    cmp     r3, #0
    it      eq
    moveq   r2, r0
    cmp     r5, #0
    it      eq
    moveq   r4, r0
    str     r10, [sp, #MISSING]
    sub     r2, r2, r0
    sub     r4, r4, r0
    vmov    s4, r2
    vmov    s5, r4
    str     r0, [sp, #ROW]
    mla     r7, r7, r11, r0
    str     r7, [sp, #ROWS_END]
    cmp     r10, #0
    it      ne
    movne   r8, r9
    str     r8, [sp, #TAPS_READY]
    bx      lr
    .size   depthwise_scaled_begin, . - depthwise_scaled_begin
#endif
