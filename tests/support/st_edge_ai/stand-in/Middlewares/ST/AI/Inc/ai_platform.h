/* SPDX-License-Identifier: Apache-2.0 */
/* Stand-in for the header of that name: as much of the legacy interface as generated code and its
 * callers use, written anew from its documented names, types and values. Test equipment. */
#ifndef AI_PLATFORM_H
#define AI_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AI_HANDLE_NULL ((ai_handle)NULL)

#define AI_BUFFER_FORMAT_FLOAT 0x1821040
#define AI_BUFFER_FORMAT_S8 0x840440
#define AI_BUFFER_FORMAT_U8 0x40440

#define AI_ERROR_NONE 0x00
#define AI_ERROR_TOOL_PLATFORM_API_MISMATCH 0x01
#define AI_ERROR_INVALID_HANDLE 0x10
#define AI_ERROR_INIT_FAILED 0x30
#define AI_ERROR_INVALID_INPUT 0x12
#define AI_ERROR_CODE_NETWORK_ACTIVATIONS 0x13
#define AI_ERROR_CODE_INVALID_PTR 0x15

typedef void *ai_handle;
typedef uint8_t ai_u8;
typedef int8_t ai_i8;
typedef int32_t ai_i32;

typedef struct {
    uint32_t type : 8;
    uint32_t code : 24;
} ai_error;

typedef struct {
    uint32_t format;
    ai_handle data;
    uint32_t flags;
    uint32_t size;
} ai_buffer;

#endif
