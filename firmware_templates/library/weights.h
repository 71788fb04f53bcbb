/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBRARY_WEIGHTS_H
#define LIBRARY_WEIGHTS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The weights look after themselves: a CRC-32 over every constant array of numbers that an answer
 * comes from. The generator has computed what it must be from the numbers that it printed; what is
 * in flash is read here, each time. Records and code, which hold addresses, are not among them:
 * those are in the SHA-256 of the image that HELLO tells.
 *
 * It costs 7 instructions a byte, and the shipped model has 158,684 bytes: 1.1 million
 * instructions, 0.7 % of what a clip of 5 s takes, and never before a patch is answered. The
 * part's own CRC unit would take a cycle a byte, but belongs to a vendor's engine where one runs.
 */

/* One object in flash. */
struct constant_table {
    const void *begin;
    uint32_t bytes;
};

/* In the order in which the sum takes them. */
extern const struct constant_table weights_tables[];
extern const uint32_t weights_table_count;

/* What the generator found. */
extern const uint32_t weights_crc_generated;

/* What is there now. */
uint32_t weights_crc(void);

/* Bytes that the sum is over. */
extern const uint32_t weights_bytes;

#endif
