/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Armv7E-M / Armv8-M DSP instructions that the kernels use, each with a portable twin that
 * computes the same bits on any host. No operation here has undefined overflow: sums wrap.
 */
#ifndef NETWORK_DSP_INTRINSICS_H
#define NETWORK_DSP_INTRINSICS_H

#include <stdint.h>

/* 1: the target runs the portable twins as well, to tell what the instructions bring. */
#ifndef M2M_PORTABLE_KERNELS
#define M2M_PORTABLE_KERNELS 0
#endif

/* 1: instructions here, and the kernels in assembly (.S) in place of their C (.c). */
#if defined(__arm__) && defined(__ARM_FEATURE_DSP) && !M2M_PORTABLE_KERNELS
#define DSP_ON_TARGET 1
#else
#define DSP_ON_TARGET 0
#endif

#define DSP_INLINE static inline __attribute__((always_inline))

/* Of what runs once a patch: small rather than fast. */
#define DSP_ONCE_A_PATCH __attribute__((cold))

/* The two signed 16-bit halves of a word. */
DSP_INLINE int32_t dsp_bottom(uint32_t word) {
    return (int16_t)(uint16_t)(word & 0xffffu);
}

DSP_INLINE int32_t dsp_top(uint32_t word) {
    return (int16_t)(uint16_t)(word >> 16);
}

DSP_INLINE int32_t dsp_wrap(uint32_t word) {
    return (int32_t)word;
}

/* A word from memory that is aligned to 4 bytes. */
DSP_INLINE uint32_t dsp_load_u32(const void *address) {
    uint32_t word;
    __builtin_memcpy(&word, __builtin_assume_aligned(address, 4), sizeof word);
    return word;
}

DSP_INLINE void dsp_store_u32(void *address, uint32_t word) {
    __builtin_memcpy(__builtin_assume_aligned(address, 4), &word, sizeof word);
}

/* sum + bottom(a) * bottom(b) + top(a) * top(b) */
DSP_INLINE int32_t dsp_smlad(uint32_t a, uint32_t b, int32_t sum) {
#if DSP_ON_TARGET
    int32_t result;
    __asm("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
#else
    return dsp_wrap((uint32_t)sum + (uint32_t)(dsp_bottom(a) * dsp_bottom(b)) +
                    (uint32_t)(dsp_top(a) * dsp_top(b)));
#endif
}

/* sum + half(a) * half(b); the letters say which half of each: B bottom, T top. */
#if DSP_ON_TARGET
#define DSP_DEFINE_SMLA(name, half_a, half_b)                                                      \
    DSP_INLINE int32_t dsp_##name(uint32_t a, uint32_t b, int32_t sum) {                           \
        int32_t result;                                                                            \
        __asm(#name " %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));                  \
        return result;                                                                             \
    }
#else
#define DSP_DEFINE_SMLA(name, half_a, half_b)                                                      \
    DSP_INLINE int32_t dsp_##name(uint32_t a, uint32_t b, int32_t sum) {                           \
        return dsp_wrap((uint32_t)sum + (uint32_t)(half_a(a) * half_b(b)));                        \
    }
#endif
DSP_DEFINE_SMLA(smlabb, dsp_bottom, dsp_bottom)
DSP_DEFINE_SMLA(smlabt, dsp_bottom, dsp_top)
DSP_DEFINE_SMLA(smlatb, dsp_top, dsp_bottom)
DSP_DEFINE_SMLA(smlatt, dsp_top, dsp_top)

/* round(a * b / 2^32) + addend, halves up. */
DSP_INLINE int32_t dsp_smmlar(int32_t a, int32_t b, int32_t addend) {
#if DSP_ON_TARGET
    int32_t result;
    __asm("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(addend));
    return result;
#else
    const uint64_t product = (uint64_t)((int64_t)a * b);
    const uint64_t sum = product + ((uint64_t)(uint32_t)addend << 32) + 0x80000000u;
    return dsp_wrap((uint32_t)(sum >> 32));
#endif
}

/* addend + floor(a * b / 2^32) */
DSP_INLINE int32_t dsp_smmla(int32_t a, int32_t b, int32_t addend) {
#if DSP_ON_TARGET
    int32_t result;
    __asm("smmla %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(addend));
    return result;
#else
    const uint64_t sum = (uint64_t)((int64_t)a * b) + ((uint64_t)(uint32_t)addend << 32);
    return dsp_wrap((uint32_t)(sum >> 32));
#endif
}

/* Bytes 0 and 2 (even) or 1 and 3 (odd) of a word, widened to two 16-bit halves. */
DSP_INLINE uint32_t dsp_sxtb16_even(uint32_t word) {
#if DSP_ON_TARGET
    uint32_t result;
    __asm("sxtb16 %0, %1" : "=r"(result) : "r"(word));
    return result;
#else
    return ((word & 0xff00ffu) ^ 0x800080u) - 0x800080u + ((word & 0x80u) << 9);
#endif
}

DSP_INLINE uint32_t dsp_sxtb16_odd(uint32_t word) {
#if DSP_ON_TARGET
    uint32_t result;
    __asm("sxtb16 %0, %1, ror #8" : "=r"(result) : "r"(word));
    return result;
#else
    return dsp_sxtb16_even(word >> 8);
#endif
}

DSP_INLINE uint32_t dsp_uxtb16_even(uint32_t word) {
    return word & 0x00ff00ffu;
}

DSP_INLINE uint32_t dsp_uxtb16_odd(uint32_t word) {
#if DSP_ON_TARGET
    uint32_t result;
    __asm("uxtb16 %0, %1, ror #8" : "=r"(result) : "r"(word));
    return result;
#else
    return (word >> 8) & 0x00ff00ffu;
#endif
}

/* Twice both signed halves of a word; each stays within 16 bits. */
DSP_INLINE uint32_t dsp_double_halves(uint32_t word) {
#if DSP_ON_TARGET
    uint32_t result;
    __asm("sadd16 %0, %1, %1" : "=r"(result) : "r"(word));
    return result;
#else
    return ((word << 1) & 0xfffeffffu);
#endif
}

/* sum + the four unsigned bytes of a word. */
DSP_INLINE uint32_t dsp_add_bytes(uint32_t word, uint32_t sum) {
#if DSP_ON_TARGET
    uint32_t result;
    __asm("usada8 %0, %1, %2, %3" : "=r"(result) : "r"(word), "r"(0), "r"(sum));
    return result;
#else
    return sum + (word & 0xffu) + ((word >> 8) & 0xffu) + ((word >> 16) & 0xffu) + (word >> 24);
#endif
}

/* Clamp to 0..255. */
DSP_INLINE int32_t dsp_usat8(int32_t value) {
#if DSP_ON_TARGET
    int32_t result;
    __asm("usat %0, #8, %1" : "=r"(result) : "r"(value));
    return result;
#else
    return value < 0 ? 0 : (value > 255 ? 255 : value);
#endif
}

/* value >> bits, keeping the sign (every supported compiler shifts arithmetically). */
DSP_INLINE int32_t dsp_asr(int32_t value, uint32_t bits) {
    return value >> bits;
}

#endif
