/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4), for the image's hash of itself. */
#ifndef APP_SHA256_H
#define APP_SHA256_H

#include <stdint.h>

#define SHA256_BYTES 32u

/* Hashes `count` bytes, fewer than 2^29. */
void sha256_compute(const uint8_t *bytes, uint32_t count, uint8_t digest[SHA256_BYTES]);

#endif
