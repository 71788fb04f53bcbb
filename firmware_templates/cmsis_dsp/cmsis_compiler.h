/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What CMSIS-DSP expects of CMSIS-Core's compiler header, on GCC and the Arm C Language
 * Extensions (ACLE, IHI 0101). Target only: the host has its own in host/.
 */
#ifndef CMSIS_COMPILER_H
#define CMSIS_COMPILER_H

#include <arm_acle.h>
#include <stdint.h>

#define __ASM __asm
#define __INLINE inline
#define __STATIC_INLINE static inline
#define __STATIC_FORCEINLINE __attribute__((always_inline)) static inline
#define __NO_RETURN __attribute__((__noreturn__))
#define __WEAK __attribute__((weak))
#define __PACKED __attribute__((packed))
#define __ALIGNED(x) __attribute__((aligned(x)))
#define __RESTRICT __restrict

#define __SSAT(value, bits) __ssat((value), (bits))
#define __USAT(value, bits) __usat((value), (bits))

/* GCC 13's <arm_acle.h> has neither __clz nor __ror; these become one instruction each. */
__STATIC_FORCEINLINE uint8_t __CLZ(uint32_t value) {
    return (uint8_t)(value == 0u ? 32 : __builtin_clz(value));
}

__STATIC_FORCEINLINE uint32_t __ROR(uint32_t value, uint32_t bits) {
    return (value >> (bits & 31u)) | (value << (-bits & 31u));
}

/* Saturating and dual 16-bit arithmetic (DSP extension). */
#define __QADD(a, b) __qadd((a), (b))
#define __QSUB(a, b) __qsub((a), (b))
#define __QADD8(a, b) ((uint32_t)__qadd8((int8x4_t)(a), (int8x4_t)(b)))
#define __QSUB8(a, b) ((uint32_t)__qsub8((int8x4_t)(a), (int8x4_t)(b)))
#define __QADD16(a, b) ((uint32_t)__qadd16((int16x2_t)(a), (int16x2_t)(b)))
#define __QSUB16(a, b) ((uint32_t)__qsub16((int16x2_t)(a), (int16x2_t)(b)))
#define __QASX(a, b) ((uint32_t)__qasx((int16x2_t)(a), (int16x2_t)(b)))
#define __QSAX(a, b) ((uint32_t)__qsax((int16x2_t)(a), (int16x2_t)(b)))
#define __SHADD16(a, b) ((uint32_t)__shadd16((int16x2_t)(a), (int16x2_t)(b)))
#define __SHSUB16(a, b) ((uint32_t)__shsub16((int16x2_t)(a), (int16x2_t)(b)))
#define __SHASX(a, b) ((uint32_t)__shasx((int16x2_t)(a), (int16x2_t)(b)))
#define __SHSAX(a, b) ((uint32_t)__shsax((int16x2_t)(a), (int16x2_t)(b)))
#define __SXTB16(a) ((uint32_t)__sxtb16((int8x4_t)(a)))

/* Dual 16-bit multiplications (DSP extension). */
#define __SMUAD(a, b) ((uint32_t)__smuad((int16x2_t)(a), (int16x2_t)(b)))
#define __SMUADX(a, b) ((uint32_t)__smuadx((int16x2_t)(a), (int16x2_t)(b)))
#define __SMUSD(a, b) ((uint32_t)__smusd((int16x2_t)(a), (int16x2_t)(b)))
#define __SMUSDX(a, b) ((uint32_t)__smusdx((int16x2_t)(a), (int16x2_t)(b)))
#define __SMLAD(a, b, sum) ((uint32_t)__smlad((int16x2_t)(a), (int16x2_t)(b), (int32_t)(sum)))
#define __SMLADX(a, b, sum) ((uint32_t)__smladx((int16x2_t)(a), (int16x2_t)(b), (int32_t)(sum)))
#define __SMLSDX(a, b, sum) ((uint32_t)__smlsdx((int16x2_t)(a), (int16x2_t)(b), (int32_t)(sum)))
#define __SMLALD(a, b, sum) ((uint64_t)__smlald((int16x2_t)(a), (int16x2_t)(b), (int64_t)(sum)))
#define __SMLALDX(a, b, sum) ((uint64_t)__smlaldx((int16x2_t)(a), (int16x2_t)(b), (int64_t)(sum)))
#define __SMMLA(a, b, sum) ((int32_t)((sum) + (int32_t)(((int64_t)(a) * (b)) >> 32)))

#define __PKHBT(a, b, bits)                                                                        \
    (((uint32_t)(a) & 0x0000FFFFu) | (((uint32_t)(b) << (bits)) & 0xFFFF0000u))
#define __PKHTB(a, b, bits)                                                                        \
    (((uint32_t)(a) & 0xFFFF0000u) | (((uint32_t)((int32_t)(b) >> (bits))) & 0x0000FFFFu))

#endif
