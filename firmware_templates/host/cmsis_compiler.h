/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What CMSIS-DSP expects of CMSIS-Core's compiler header, in portable C for the host: the same
 * library sources as on the target, with the DSP extension's instructions written out. Names and
 * operand order are those of the Arm Architecture Reference Manual (DDI 0403, DDI 0553).
 *
 * Right shifts of negative numbers are arithmetic on every compiler that this project supports.
 */
#ifndef CMSIS_COMPILER_H
#define CMSIS_COMPILER_H

#include <stdint.h>

#if defined(__ARM_ARCH_PROFILE) && (__ARM_ARCH_PROFILE == 'M')
#error "host/ is for the host; the target takes cmsis_dsp/cmsis_compiler.h"
#endif

#define __ASM __asm
#define __INLINE inline
#define __STATIC_INLINE static inline
#define __STATIC_FORCEINLINE __attribute__((always_inline, unused)) static inline
#define __NO_RETURN __attribute__((__noreturn__))
#define __WEAK __attribute__((weak))
#define __PACKED __attribute__((packed))
#define __ALIGNED(x) __attribute__((aligned(x)))
#define __RESTRICT __restrict

/* Take the library's DSP branches, as the target does. */
#undef __ARM_FEATURE_DSP
#define __ARM_FEATURE_DSP 1

__STATIC_FORCEINLINE int32_t dsp_lower(uint32_t word) {
    return (int16_t)(uint16_t)(word & 0xFFFFu);
}

__STATIC_FORCEINLINE int32_t dsp_upper(uint32_t word) {
    return (int16_t)(uint16_t)(word >> 16);
}

__STATIC_FORCEINLINE uint32_t dsp_pack(int32_t upper, int32_t lower) {
    return ((uint32_t)upper << 16) | ((uint32_t)lower & 0xFFFFu);
}

__STATIC_FORCEINLINE int32_t dsp_saturate(int64_t value, uint32_t bits) {
    const int64_t limit = (int64_t)1 << (bits - 1u);
    if (value >= limit) {
        return (int32_t)(limit - 1);
    }
    return (int32_t)(value < -limit ? -limit : value);
}

__STATIC_FORCEINLINE int32_t __SSAT(int32_t value, uint32_t bits) {
    return dsp_saturate(value, bits);
}

__STATIC_FORCEINLINE uint32_t __USAT(int32_t value, uint32_t bits) {
    const int64_t limit = (int64_t)1 << bits;
    if (value < 0) {
        return 0u;
    }
    return (uint32_t)(value >= limit ? limit - 1 : value);
}

__STATIC_FORCEINLINE uint8_t __CLZ(uint32_t value) {
    return (uint8_t)(value == 0u ? 32 : __builtin_clz(value));
}

__STATIC_FORCEINLINE uint32_t __ROR(uint32_t value, uint32_t bits) {
    bits &= 31u;
    return bits == 0u ? value : (value >> bits) | (value << (32u - bits));
}

__STATIC_FORCEINLINE int32_t __QADD(int32_t a, int32_t b) {
    return dsp_saturate((int64_t)a + b, 32u);
}

__STATIC_FORCEINLINE int32_t __QSUB(int32_t a, int32_t b) {
    return dsp_saturate((int64_t)a - b, 32u);
}

__STATIC_FORCEINLINE uint32_t __QADD8(uint32_t a, uint32_t b) {
    uint32_t result = 0u;
    for (uint32_t bit = 0u; bit < 32u; bit += 8u) {
        const int32_t sum = (int8_t)(uint8_t)(a >> bit) + (int8_t)(uint8_t)(b >> bit);
        result |= ((uint32_t)dsp_saturate(sum, 8u) & 0xFFu) << bit;
    }
    return result;
}

__STATIC_FORCEINLINE uint32_t __QSUB8(uint32_t a, uint32_t b) {
    uint32_t result = 0u;
    for (uint32_t bit = 0u; bit < 32u; bit += 8u) {
        const int32_t sum = (int8_t)(uint8_t)(a >> bit) - (int8_t)(uint8_t)(b >> bit);
        result |= ((uint32_t)dsp_saturate(sum, 8u) & 0xFFu) << bit;
    }
    return result;
}

__STATIC_FORCEINLINE uint32_t __QADD16(uint32_t a, uint32_t b) {
    return dsp_pack(dsp_saturate(dsp_upper(a) + dsp_upper(b), 16u),
                    dsp_saturate(dsp_lower(a) + dsp_lower(b), 16u));
}

__STATIC_FORCEINLINE uint32_t __QSUB16(uint32_t a, uint32_t b) {
    return dsp_pack(dsp_saturate(dsp_upper(a) - dsp_upper(b), 16u),
                    dsp_saturate(dsp_lower(a) - dsp_lower(b), 16u));
}

__STATIC_FORCEINLINE uint32_t __QASX(uint32_t a, uint32_t b) {
    return dsp_pack(dsp_saturate(dsp_upper(a) + dsp_lower(b), 16u),
                    dsp_saturate(dsp_lower(a) - dsp_upper(b), 16u));
}

__STATIC_FORCEINLINE uint32_t __QSAX(uint32_t a, uint32_t b) {
    return dsp_pack(dsp_saturate(dsp_upper(a) - dsp_lower(b), 16u),
                    dsp_saturate(dsp_lower(a) + dsp_upper(b), 16u));
}

__STATIC_FORCEINLINE uint32_t __SHADD16(uint32_t a, uint32_t b) {
    return dsp_pack((dsp_upper(a) + dsp_upper(b)) >> 1, (dsp_lower(a) + dsp_lower(b)) >> 1);
}

__STATIC_FORCEINLINE uint32_t __SHSUB16(uint32_t a, uint32_t b) {
    return dsp_pack((dsp_upper(a) - dsp_upper(b)) >> 1, (dsp_lower(a) - dsp_lower(b)) >> 1);
}

__STATIC_FORCEINLINE uint32_t __SHASX(uint32_t a, uint32_t b) {
    return dsp_pack((dsp_upper(a) + dsp_lower(b)) >> 1, (dsp_lower(a) - dsp_upper(b)) >> 1);
}

__STATIC_FORCEINLINE uint32_t __SHSAX(uint32_t a, uint32_t b) {
    return dsp_pack((dsp_upper(a) - dsp_lower(b)) >> 1, (dsp_lower(a) + dsp_upper(b)) >> 1);
}

__STATIC_FORCEINLINE uint32_t __SXTB16(uint32_t a) {
    return dsp_pack((int8_t)(uint8_t)(a >> 16), (int8_t)(uint8_t)a);
}

/* The accumulating forms wrap modulo 2^32 or 2^64, as the instructions do. */
__STATIC_FORCEINLINE uint32_t __SMLAD(uint32_t a, uint32_t b, uint32_t sum) {
    return sum + (uint32_t)(dsp_lower(a) * dsp_lower(b)) + (uint32_t)(dsp_upper(a) * dsp_upper(b));
}

__STATIC_FORCEINLINE uint32_t __SMLADX(uint32_t a, uint32_t b, uint32_t sum) {
    return sum + (uint32_t)(dsp_lower(a) * dsp_upper(b)) + (uint32_t)(dsp_upper(a) * dsp_lower(b));
}

__STATIC_FORCEINLINE uint32_t __SMLSDX(uint32_t a, uint32_t b, uint32_t sum) {
    return sum + (uint32_t)(dsp_lower(a) * dsp_upper(b)) - (uint32_t)(dsp_upper(a) * dsp_lower(b));
}

__STATIC_FORCEINLINE uint32_t __SMUAD(uint32_t a, uint32_t b) {
    return __SMLAD(a, b, 0u);
}

__STATIC_FORCEINLINE uint32_t __SMUADX(uint32_t a, uint32_t b) {
    return __SMLADX(a, b, 0u);
}

__STATIC_FORCEINLINE uint32_t __SMUSD(uint32_t a, uint32_t b) {
    return (uint32_t)(dsp_lower(a) * dsp_lower(b)) - (uint32_t)(dsp_upper(a) * dsp_upper(b));
}

__STATIC_FORCEINLINE uint32_t __SMUSDX(uint32_t a, uint32_t b) {
    return __SMLSDX(a, b, 0u);
}

__STATIC_FORCEINLINE uint64_t __SMLALD(uint32_t a, uint32_t b, uint64_t sum) {
    return sum + (uint64_t)((int64_t)(dsp_lower(a) * dsp_lower(b)) +
                            (int64_t)(dsp_upper(a) * dsp_upper(b)));
}

__STATIC_FORCEINLINE uint64_t __SMLALDX(uint32_t a, uint32_t b, uint64_t sum) {
    return sum + (uint64_t)((int64_t)(dsp_lower(a) * dsp_upper(b)) +
                            (int64_t)(dsp_upper(a) * dsp_lower(b)));
}

__STATIC_FORCEINLINE int32_t __SMMLA(int32_t a, int32_t b, int32_t sum) {
    return (int32_t)((uint32_t)sum + (uint32_t)(((int64_t)a * b) >> 32));
}

#define __PKHBT(a, b, bits)                                                                        \
    (((uint32_t)(a) & 0x0000FFFFu) | (((uint32_t)(b) << (bits)) & 0xFFFF0000u))
#define __PKHTB(a, b, bits)                                                                        \
    (((uint32_t)(a) & 0xFFFF0000u) | (((uint32_t)((int32_t)(b) >> (bits))) & 0x0000FFFFu))

#endif
