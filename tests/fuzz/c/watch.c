/* SPDX-License-Identifier: Apache-2.0 */
#include "watch.h"

#include <string.h>

#include "app/wire.h"
#include "frames.h"
#include "line.h"
#include "port/uart.h"
#include "require.h"

#define KEPT_BYTES 8192u /* a power of two, more than any transmit ring */
#define FRAME_BYTES 1200u

static struct {
    uint32_t released; /* since the start, or since polling began */
    uint32_t left;
    uint32_t frame_bytes; /* of the one that is being released */
    uint8_t next_sequence;
    bool polled;
    bool any;
} watch;

static uint8_t written[KEPT_BYTES];
static uint8_t frame[FRAME_BYTES];

void __real_uart_tx_place(uint32_t ahead, uint8_t byte);
void __real_uart_tx_release(uint32_t count);
bool __real_uart_tx_poll(void);
void __wrap_uart_tx_place(uint32_t ahead, uint8_t byte);
void __wrap_uart_tx_release(uint32_t count);
bool __wrap_uart_tx_poll(void);

void watch_begin(void) {
    memset(&watch, 0, sizeof watch);
}

void watch_end(void) {
    REQUIRE(watch.left == watch.released, "all that was released leaves");
    REQUIRE(watch.frame_bytes == 0u, "no frame is cut short");
}

bool watch_is_polled(void) {
    return watch.polled;
}

static void take_frame(void) {
    uint8_t plain[FRAME_BYTES];
    const int32_t count =
        frames_unstuff(frame, watch.frame_bytes, plain,
                       WIRE_HEADER_BYTES + WIRE_PAYLOAD_LIMIT_BYTES + WIRE_CRC_BYTES);
    REQUIRE(count >= 0, "a frame that is sent is stuffed right, and no longer than the limit");
    REQUIRE(frames_is_whole(plain, count), "a frame that is sent has its CRC");
    if (plain[0] == WIRE_HELLO) {
        watch.next_sequence = 0u;
    }
    REQUIRE(plain[1] == watch.next_sequence, "frames are numbered one after the other");
    watch.next_sequence++;
    on_sent(plain[0], &plain[WIRE_HEADER_BYTES],
            (uint32_t)count - WIRE_HEADER_BYTES - WIRE_CRC_BYTES);
}

void __wrap_uart_tx_place(uint32_t ahead, uint8_t byte) {
    REQUIRE(ahead < uart_tx_free(), "a byte is put where there is room");
    written[(watch.released + ahead) % KEPT_BYTES] = byte;
    __real_uart_tx_place(ahead, byte);
}

void __wrap_uart_tx_release(uint32_t count) {
    REQUIRE(count <= uart_tx_free(), "no more is released than there was room for");
    const uint32_t begun = watch.released;
    watch.released += count;
    __real_uart_tx_release(count);
    for (uint32_t i = 0u; i < count; i++) {
        const uint8_t byte = written[(begun + i) % KEPT_BYTES];
        if (byte != 0u) {
            REQUIRE(watch.frame_bytes < FRAME_BYTES, "a frame has an end");
            frame[watch.frame_bytes++] = byte;
        } else if (watch.frame_bytes != 0u) { /* else a delimiter for safety */
            take_frame();
            watch.frame_bytes = 0u;
        }
    }
}

bool __wrap_uart_tx_poll(void) {
    const bool ready = __real_uart_tx_poll();
    if (ready) {
        watch.released = 0u;
        watch.left = 0u;
        watch.frame_bytes = 0u;
        watch.polled = true;
    }
    return ready;
}

void watch_left(const uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0u; i < count; i++) {
        REQUIRE(watch.left != watch.released, "nothing leaves that was not released");
        REQUIRE(bytes[i] == written[watch.left % KEPT_BYTES], "a byte leaves as it was written");
        watch.left++;
    }
}
