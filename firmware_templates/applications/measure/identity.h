/* SPDX-License-Identifier: Apache-2.0 */
/* What this image is: board, model, front-end, engine. */
#ifndef APP_IDENTITY_H
#define APP_IDENTITY_H

#include <stdint.h>

extern const char identity_board[16];  /* filled up with zeros */
extern const char identity_engine[16]; /* filled up with zeros */
extern const uint8_t identity_model_sha256[32];
extern const uint8_t identity_frontend[4]; /* begins the SHA-256 of the front-end's record */
extern const uint32_t identity_sample_rate_hz;

#endif
