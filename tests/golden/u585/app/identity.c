/* SPDX-License-Identifier: Apache-2.0 */
/* Model: tiny. */
#include "app/identity.h"

#include "app/wire.h"

const char identity_board[16] = "u585";
const char identity_engine[16] = "builtin";

const uint8_t identity_model_sha256[32] = {
    0xd8, 0x09, 0x94, 0x68, 0xc7, 0xda, 0x3a, 0xcd, 0x89, 0xbf, 0x58, 0x34, 0x02, 0xfa, 0xc6, 0xbb,
    0xf0, 0x22, 0x78, 0x06, 0xbc, 0x2b, 0x1d, 0x55, 0xa4, 0xdb, 0x17, 0xe3, 0x57, 0x59, 0x7c, 0xdb,
};

const char identity_labels[] = "bark\012rain\012silence";
const uint32_t identity_labels_bytes = sizeof identity_labels - 1u;

_Static_assert(sizeof(struct wire_hello) + sizeof identity_labels - 1u <= WIRE_PAYLOAD_LIMIT_BYTES,
               "HELLO carries all labels in one message");
