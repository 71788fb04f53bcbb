/* SPDX-License-Identifier: Apache-2.0 */
/* Stand-in for the header of that name: as much of the st-ai interface as generated code and its
 * callers use, written anew from its documented names, types and values. Test equipment. */
#ifndef STAI_H
#define STAI_H

#include <stddef.h>
#include <stdint.h>

#define STAI_API_ENTRY
#define STAI_API_DECLARE_BEGIN
#define STAI_API_DECLARE_END
#define STAI_ALIGNED(bytes) __attribute__((aligned(bytes)))

#define STAI_FLAG_PREALLOCATED (1 << 0)
#define STAI_FLAG_CHANNEL_LAST (1 << 7)
#define STAI_FLAG_HAS_BATCH (1 << 8)
#define STAI_FLAG_ACTIVATIONS (1 << 26)
#define STAI_FLAG_INPUTS (1 << 27)
#define STAI_FLAG_OUTPUTS (1 << 28)
#define STAI_FLAG_WEIGHTS (1 << 30)

typedef enum {
    STAI_SUCCESS = 0x000000,
    STAI_ERROR_GENERIC = 0x020000,
    STAI_ERROR_NETWORK_INVALID_API_ARGUMENTS = 0x020001,
    STAI_ERROR_NETWORK_INVALID_CONTEXT_HANDLE = 0x030000,
    STAI_ERROR_NETWORK_INVALID_RUNTIME = 0x030030,
    STAI_ERROR_NETWORK_INVALID_ACTIVATIONS_PTR = 0x040000,
    STAI_ERROR_NETWORK_INVALID_ACTIVATIONS_NUM = 0x040001,
    STAI_ERROR_NETWORK_INVALID_IN_PTR = 0x040010,
    STAI_ERROR_NETWORK_INVALID_OUT_PTR = 0x040020,
    STAI_ERROR_INVALID_BUFFER_ALIGNMENT = 0x040070,
    STAI_ERROR_STAI_INIT_FAILED = 0x060000,
} stai_return_code;

typedef enum {
    STAI_FORMAT_FLOAT32 = 0x00821040,
    STAI_FORMAT_U8 = 0x00040440,
    STAI_FORMAT_S8 = 0x00840440,
} stai_format;

typedef enum {
    STAI_MODE_SYNC = 0x01,
    STAI_MODE_ASYNC = 0x02,
} stai_run_mode;

typedef uint8_t stai_network;
typedef uint8_t *stai_ptr;
typedef uint32_t stai_size;
typedef int32_t stai_flags;

stai_return_code stai_runtime_init(void);

#endif
