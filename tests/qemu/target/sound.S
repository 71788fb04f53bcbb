/* SPDX-License-Identifier: Apache-2.0 */
/* The clip: 16 kHz mono int16, from the file sound.s16 beside the objects. */
    .syntax unified
    .section .rodata.sound, "a"
    .balign 4
    .global sound_start
    .global sound_end
sound_start:
    .incbin "sound.s16"
sound_end:
    .balign 4
