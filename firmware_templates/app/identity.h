/* SPDX-License-Identifier: Apache-2.0 */
/* What this image is: board, model, labels, engine. */
#ifndef APP_IDENTITY_H
#define APP_IDENTITY_H

#include <stdint.h>

extern const char identity_board[16];  /* filled up with zeros */
extern const char identity_engine[16]; /* filled up with zeros */
extern const uint8_t identity_model_sha256[32];

/* In UTF-8, separated by line feeds, without a zero at the end. */
extern const char identity_labels[];
extern const uint32_t identity_labels_bytes;

#endif
