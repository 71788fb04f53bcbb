/* SPDX-License-Identifier: Apache-2.0 */
#include "app/self_report.h"

#include <string.h>

#include "library/classes.h"
#include "library/decision.h"
#include "app/identity.h"
#include "app/link.h"
#include "app/self_check.h"
#include "app/wire.h"
#include "core/cpu.h"
#include "core/image.h"
#include "core/stack.h"
#include "network/network.h"
#include "port/clock.h"
#include "port/clock_check.h"
#include "port/uart.h"
#include "port/wait_for.h"

_Static_assert(sizeof(struct wire_hello) + CLASS_LABELS_BYTES <= WIRE_PAYLOAD_LIMIT_BYTES,
               "HELLO carries all labels in one message");
_Static_assert(WIRE_WAIT_SOURCE == (int)WAIT_SOURCE && WIRE_WAIT_UART == (int)WAIT_UART &&
                   WIRE_WAIT_MICROPHONE == (int)WAIT_MICROPHONE,
               "HELLO names waits as port/wait_for.h does");
_Static_assert(WIRE_END_WATCHDOG == (int)RUN_END_WATCHDOG && WIRE_END_WAIT == (int)RUN_END_WAIT &&
                   WIRE_PHASE_IDLE == (int)PHASE_IDLE && WIRE_PHASE_LISTEN == (int)PHASE_LISTEN,
               "HELLO names ends and phases as core/fault_record.h does");
_Static_assert(WIRE_HEAD_SOFTMAX == (int)DECISION_SOFTMAX &&
                   WIRE_HEAD_SIGMOID == (int)DECISION_SIGMOID &&
                   WIRE_HEAD_LOGITS == (int)DECISION_LOGITS,
               "RULE names heads as library/decision.h does");

/* HelloFlag bits of the link, as they stand now. */
static uint16_t flags_now(void) {
    const struct clock_state clock = clock_state();
    uint32_t flags = M2M_TAPS ? WIRE_HELLO_TAPS : 0u;
    flags |= clock.source_missing ? WIRE_HELLO_SOURCE_MISSING : 0u;
    flags |= clock.crystal_locked ? WIRE_HELLO_LSE_LOCKED : 0u;
    flags |= clock.crystal_missing ? WIRE_HELLO_LSE_MISSING : 0u;
    flags |= self_check_weights_damaged() ? WIRE_HELLO_WEIGHTS_DAMAGED : 0u;
    return (uint16_t)flags;
}

/* The labels one after the other, with a line feed between each two. */
static void add_labels(void) {
    for (uint32_t class = 0u; class < M2M_CLASS_COUNT; class++) {
        if (class != 0u) {
            link_frame_add("\n", 1u);
        }
        for (const char *from = m2m_class_names[class]; *from != '\0'; from++) {
            link_frame_add(from, 1u);
        }
    }
}

/* Not inlined: its message would be on the stack beside those of every other one. */
__attribute__((noinline)) void self_report_send_hello(const struct start_facts *facts,
                                                      uint32_t nonce, uint32_t counter_losses) {
    const struct clock_check check = clock_check_run();
    const struct ended_run *ended = &facts->ended;
    struct wire_hello hello = {
        .protocol = WIRE_PROTOCOL_VERSION,
        .flags = flags_now(),
        .nonce = nonce,
        .core_clock_hz = facts->core_clock_hz,
        .window_bytes = link_window_bytes(),
        .reset_flags = facts->reset_flags,
        .wait_given_up = ended->end == RUN_END_WAIT ? ended->status : (uint32_t)WAIT_NONE,
        .counter_losses = counter_losses,
        .check_clocks = check.clocks,
        .check_cycles = check.cycles,
        .sample_rate_hz = identity_sample_rate_hz,
        .frames = NETWORK_FRAMES,
        .bands = NETWORK_BANDS,
        .classes = NETWORK_CLASSES,
        .operators = NETWORK_OPERATORS,
        .resets = ended->resets,
        .run_end = (uint16_t)ended->end,
        .end_phase = (uint16_t)ended->phase,
        .end_exception = ended->exception,
        .end_status = ended->status,
        .end_hfsr = ended->hfsr,
        .end_address = ended->address,
        .end_pc = ended->pc,
        .end_lr = ended->lr,
    };
    memcpy(hello.board, identity_board, sizeof hello.board);
    memcpy(hello.engine, identity_engine, sizeof hello.engine);
    memcpy(hello.firmware_sha256, facts->firmware_sha256, sizeof hello.firmware_sha256);
    memcpy(hello.model_sha256, identity_model_sha256, sizeof hello.model_sha256);
    memcpy(hello.frontend, identity_frontend, sizeof hello.frontend);
    link_frame_begin(WIRE_HELLO);
    link_frame_add(&hello, sizeof hello);
    add_labels();
    link_frame_end();
}

void self_report_send_memory(void) {
    const struct link_counts errors = link_error_counts();
    const struct wire_memory memory = {
        .stack_bytes = stack_bytes(),
        .stack_high_water_bytes = stack_high_water_bytes(),
        .rx_ring_bytes = uart_rx_ring_bytes(),
        .rx_high_water_bytes = uart_rx_high_water_bytes(),
        .tx_ring_bytes = uart_tx_ring_bytes(),
        .tx_high_water_bytes = uart_tx_high_water_bytes(),
        .arena_bytes = NETWORK_ARENA_BYTES,
        .static_bytes = image_static_bytes(),
        .overruns = errors.overruns,
        .framing_errors = errors.framing_errors,
        .noise_errors = errors.noise_errors,
        .flags = flags_now(),
        .clocks = cpu_clocks(),
    };
    link_send(WIRE_MEMORY, &memory, sizeof memory, NULL, 0u);
}

void self_report_send_rule(void) {
    const struct wire_rule rule = {
        .head = (uint16_t)decision_rule.head,
        .fallback = (int16_t)decision_rule.fallback,
    };
    link_send(WIRE_RULE, &rule, sizeof rule, decision_rule.thresholds, NETWORK_CLASSES);
}
