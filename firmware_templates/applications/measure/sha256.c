/* SPDX-License-Identifier: Apache-2.0 */
#include "app/sha256.h"

#define BLOCK_BYTES 64u
#define ROUNDS 64u

/* First 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4,
 * 4.2.2). */
static const uint32_t round_constant[ROUNDS] = {
    0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u,
    0xab1c5ed5u, 0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu,
    0x9bdc06a7u, 0xc19bf174u, 0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu,
    0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau, 0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u,
    0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u, 0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu,
    0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u, 0xa2bfe8a1u, 0xa81a664bu,
    0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u, 0x19a4c116u,
    0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
    0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u,
    0xc67178f2u,
};

static uint32_t rotate_right(uint32_t value, uint32_t bits) {
    return (value >> bits) | (value << (32u - bits));
}

static uint32_t load_big_endian(const uint8_t *bytes) {
    return ((uint32_t)bytes[0] << 24) | ((uint32_t)bytes[1] << 16) | ((uint32_t)bytes[2] << 8) |
           bytes[3];
}

static void store_big_endian(uint32_t value, uint8_t *bytes) {
    bytes[0] = (uint8_t)(value >> 24);
    bytes[1] = (uint8_t)(value >> 16);
    bytes[2] = (uint8_t)(value >> 8);
    bytes[3] = (uint8_t)value;
}

/* FIPS 180-4, 6.2.2; the schedule is kept as a ring of its last sixteen words. */
static void compress(uint32_t state[8], const uint8_t block[BLOCK_BYTES]) {
    uint32_t schedule[16];
    uint32_t v[8];
    for (uint32_t i = 0u; i < 8u; i++) {
        v[i] = state[i];
    }
    for (uint32_t t = 0u; t < ROUNDS; t++) {
        if (t < 16u) {
            schedule[t] = load_big_endian(&block[4u * t]);
        } else {
            const uint32_t early = schedule[(t + 1u) % 16u];
            const uint32_t late = schedule[(t + 14u) % 16u];
            const uint32_t sigma0 =
                rotate_right(early, 7u) ^ rotate_right(early, 18u) ^ (early >> 3);
            const uint32_t sigma1 =
                rotate_right(late, 17u) ^ rotate_right(late, 19u) ^ (late >> 10);
            schedule[t % 16u] += sigma0 + schedule[(t + 9u) % 16u] + sigma1;
        }
        const uint32_t sum1 =
            rotate_right(v[4], 6u) ^ rotate_right(v[4], 11u) ^ rotate_right(v[4], 25u);
        const uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        const uint32_t first = v[7] + sum1 + choice + round_constant[t] + schedule[t % 16u];
        const uint32_t sum0 =
            rotate_right(v[0], 2u) ^ rotate_right(v[0], 13u) ^ rotate_right(v[0], 22u);
        const uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        v[7] = v[6];
        v[6] = v[5];
        v[5] = v[4];
        v[4] = v[3] + first;
        v[3] = v[2];
        v[2] = v[1];
        v[1] = v[0];
        v[0] = first + sum0 + majority;
    }
    for (uint32_t i = 0u; i < 8u; i++) {
        state[i] += v[i];
    }
}

void sha256_compute(const uint8_t *bytes, uint32_t count, uint8_t digest[SHA256_BYTES]) {
    /* First 32 bits of the fractional parts of the square roots of the first 8 primes. */
    uint32_t state[8] = {
        0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au,
        0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u,
    };
    const uint32_t whole = count / BLOCK_BYTES * BLOCK_BYTES;
    for (uint32_t at = 0u; at < whole; at += BLOCK_BYTES) {
        compress(state, &bytes[at]);
    }
    /* The rest, a one bit, zeros, and the length in bits: one block or two. */
    uint8_t last[2u * BLOCK_BYTES] = {0};
    const uint32_t rest = count - whole;
    for (uint32_t i = 0u; i < rest; i++) {
        last[i] = bytes[whole + i];
    }
    last[rest] = 0x80u;
    const uint32_t last_bytes = rest + 9u <= BLOCK_BYTES ? BLOCK_BYTES : 2u * BLOCK_BYTES;
    store_big_endian(count << 3, &last[last_bytes - 4u]);
    compress(state, last);
    if (last_bytes > BLOCK_BYTES) {
        compress(state, &last[BLOCK_BYTES]);
    }
    for (uint32_t i = 0u; i < 8u; i++) {
        store_big_endian(state[i], &digest[4u * i]);
    }
}
