/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions of the Armv7E-M / Armv8-M DSP extension that the front-end's inner loops use, each
 * with a portable twin that gives the same bits on any host. Sums wrap; none overflows here
 * (docs/frontend.md, Headroom).
 */
#ifndef FRONTEND_DSP_WORDS_H
#define FRONTEND_DSP_WORDS_H

#include <stdint.h>

#if defined(__arm__) && defined(__ARM_FEATURE_DSP)
#define WORDS_ON_TARGET 1
#else
#define WORDS_ON_TARGET 0
#endif

#define WORDS_INLINE static inline __attribute__((always_inline))

/* A complex number, or any two neighbouring words: one LDRD loads it, one STRD stores it. */
struct __attribute__((may_alias)) word_pair {
    int32_t first, second;
};

/*
 * As one number of 64 bits, and `Uv`, a base with a constant offset of up to 1020 bytes: GCC then
 * puts offsets into LDRD and STRD themselves.
 */
typedef int64_t __attribute__((may_alias, aligned(4))) double_word;

WORDS_INLINE struct word_pair load_pair(const struct word_pair *from) {
#if WORDS_ON_TARGET
    struct word_pair pair;
    __asm("ldrd %0, %1, %2"
          : "=r"(pair.first), "=r"(pair.second)
          : "Uv"(*(const double_word *)from));
    return pair;
#else
    return *from;
#endif
}

WORDS_INLINE void store_pair(struct word_pair *to, int32_t first, int32_t second) {
#if WORDS_ON_TARGET
    __asm("strd %1, %2, %0" : "=Uv"(*(double_word *)to) : "r"(first), "r"(second));
#else
    to->first = first;
    to->second = second;
#endif
}

/* A word wherever it lies: the core loads single words at any address. */
typedef int32_t __attribute__((may_alias, aligned(1))) unaligned_word;

/*
 * Lets GCC know nothing more of a pointer, or of a sum. Otherwise it computes the addresses of a
 * loop's operands ahead, and for want of registers fetches them from the stack.
 */
#if WORDS_ON_TARGET
#define FORGET_ORIGIN(value) __asm("" : "+r"(value))
#else
#define FORGET_ORIGIN(value) (void)(value)
#endif

/* Copies 8 words to a lower address, or to another place; both are aligned to 4 bytes. */
WORDS_INLINE void copy_8_words(void *to, const void *from) {
#if WORDS_ON_TARGET
    __asm volatile("ldm %1, {r3-r6, r8-r10, r12}\n\tstm %0, {r3-r6, r8-r10, r12}"
                   :
                   : "r"(to), "r"(from)
                   : "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r12", "memory");
#else
    const unaligned_word *words = from;
    for (uint32_t i = 0u; i < 8u; i++) {
        ((unaligned_word *)to)[i] = words[i];
    }
#endif
}

/* The nearest number of 8 bits. */
WORDS_INLINE int8_t saturate_s8(int32_t value) {
#if WORDS_ON_TARGET
    int32_t result;
    __asm("ssat %0, #8, %1" : "=r"(result) : "r"(value));
    return (int8_t)result;
#else
    return (int8_t)(value > INT8_MAX ? INT8_MAX : value < INT8_MIN ? INT8_MIN : value);
#endif
}

/* Bit 31 - i of the result is bit i of the word. */
WORDS_INLINE uint32_t reverse_bits(uint32_t word) {
#if WORDS_ON_TARGET
    uint32_t result;
    __asm("rbit %0, %1" : "=r"(result) : "r"(word));
    return result;
#else
    uint32_t result = 0u;
    for (uint32_t bit = 0u; bit < 32u; bit++) {
        result |= ((word >> bit) & 1u) << (31u - bit);
    }
    return result;
#endif
}

/* The lower or upper 16 bits of `halves`, signed, times a factor / 2^16, rounded down. */
WORDS_INLINE int32_t multiply_lower_half(int32_t factor, int32_t halves) {
#if WORDS_ON_TARGET
    int32_t result;
    __asm("smulwb %0, %1, %2" : "=r"(result) : "r"(factor), "r"(halves));
    return result;
#else
    return (int32_t)(((int64_t)factor * (int16_t)(uint16_t)halves) >> 16);
#endif
}

WORDS_INLINE int32_t multiply_upper_half(int32_t factor, int32_t halves) {
#if WORDS_ON_TARGET
    int32_t result;
    __asm("smulwt %0, %1, %2" : "=r"(result) : "r"(factor), "r"(halves));
    return result;
#else
    return (int32_t)(((int64_t)factor * (halves >> 16)) >> 16);
#endif
}

/* a * b / 2^32, rounded down. */
WORDS_INLINE int32_t multiply_high(int32_t a, int32_t b) {
#if WORDS_ON_TARGET
    int32_t result;
    __asm("smmul %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
#else
    return (int32_t)(((int64_t)a * b) >> 32);
#endif
}

/* The same, plus an addend. */
WORDS_INLINE int32_t multiply_high_add(int32_t a, int32_t b, int32_t addend) {
#if WORDS_ON_TARGET
    int32_t result;
    __asm("smmla %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(addend));
    return result;
#else
    return multiply_high(a, b) + addend;
#endif
}

/* a * b / 2^32, halves rounded up. */
WORDS_INLINE int32_t multiply_high_rounded(int32_t a, int32_t b) {
#if WORDS_ON_TARGET
    int32_t result;
    __asm("smmulr %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
#else
    return (int32_t)(((int64_t)a * b + INT64_C(0x80000000)) >> 32);
#endif
}

/* Two signed halves, each times the other operand's, added to a sum: in 32 bits, or in 64. */
WORDS_INLINE int32_t add_products_s32(int32_t a, int32_t b, int32_t sum) {
#if WORDS_ON_TARGET
    int32_t result;
    __asm("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
#else
    return sum + (int16_t)(uint16_t)a * (int16_t)(uint16_t)b + (a >> 16) * (b >> 16);
#endif
}

WORDS_INLINE uint64_t add_products_u64(int32_t a, int32_t b, uint64_t sum) {
#if WORDS_ON_TARGET
    __asm("smlald %Q0, %R0, %1, %2" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
#else
    const int32_t lower = (int16_t)(uint16_t)a * (int16_t)(uint16_t)b;
    return sum + (uint64_t)(int64_t)lower + (uint64_t)(int64_t)((a >> 16) * (b >> 16));
#endif
}

/* a / 2, halves rounded up, plus an addend: the bit that is shifted out is the carry. */
WORDS_INLINE int32_t halve_rounded_add(int32_t a, int32_t addend) {
#if WORDS_ON_TARGET
    int32_t result;
    __asm("asrs %0, %1, #1\n\tadc %0, %0, %2" : "=&r"(result) : "r"(a), "r"(addend) : "cc");
    return result;
#else
    return (a >> 1) + (a & 1) + addend;
#endif
}

#endif
