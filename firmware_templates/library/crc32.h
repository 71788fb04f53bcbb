/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 as in zlib, PNG and Ethernet: polynomial 0x04C11DB7, reflected, inverted in and out. */
#ifndef LIBRARY_CRC32_H
#define LIBRARY_CRC32_H

#include <stdint.h>

/* Continues from `crc`, 0 to begin, as zlib's crc32() does. */
uint32_t crc32_update(uint32_t crc, const uint8_t *bytes, uint32_t count);

#endif
