/* SPDX-License-Identifier: Apache-2.0 */
/* The link's messages, printed from the table that the host uses too.
 *
 * A struct is the fixed part of a payload as it is on the wire: little endian, every member at
 * its natural alignment, no padding. */
#ifndef APP_WIRE_H
#define APP_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define WIRE_PROTOCOL_VERSION 7u /* HELLO's first field */
#define WIRE_HEADER_BYTES 2u /* type and sequence */
#define WIRE_CRC_BYTES 4u /* CRC-32 after the payload */
#define WIRE_PAYLOAD_LIMIT_BYTES 1072u /* longest payload */
#define WIRE_HOST_DECODED_LIMIT_BYTES 526u /* longest frame from the host, with header and CRC */
#define WIRE_AUDIO_LIMIT_SAMPLES 256u /* in one CLIP_AUDIO */
#define WIRE_RESERVE_BYTES 64u /* ring beyond the window */
#define WIRE_DETECTED_BYTES 32u /* CLIP_RESULT's mask of classes */
#define WIRE_TAP_MASK_BYTES 32u /* TAP_SELECT's mask of operators */
#define WIRE_TAP_CYCLES 255u /* operator_index of a patch's cycles */
#define WIRE_BOOT_NONCE 0u /* in a HELLO that was not requested */
#define WIRE_NO_CLIP_ID 0xffffffffu /* REFUSED outside a clip */
#define WIRE_CLIP_FEATURES 1u /* send the int8 mel frames back (FEATURES) */
/* send the operator outputs chosen by TAP_SELECT (TAP; image with taps only) */
#define WIRE_CLIP_TAPS 2u
#define WIRE_HELLO_TAPS 1u /* built with taps: knows TAP_SELECT and FRAMES, and can send TAP */
/* the board's oscillator did not start: the core runs from the part's own */
#define WIRE_HELLO_SOURCE_MISSING 2u
/* the core's oscillator is locked to the board's 32.768 kHz crystal */
#define WIRE_HELLO_LSE_LOCKED 4u
/* that crystal should run and does not: the oscillator runs free */
#define WIRE_HELLO_LSE_MISSING 8u
/* constants in flash are not as generated: no clip is answered */
#define WIRE_HELLO_WEIGHTS_DAMAGED 16u
#define WIRE_CANARY_RECEIVE_BEFORE 1u /* the word before the receive ring */
#define WIRE_CANARY_RECEIVE_BEHIND 2u /* the word behind it */
#define WIRE_CANARY_TRANSMIT_BEFORE 4u /* the word before the transmit ring */
#define WIRE_CANARY_TRANSMIT_BEHIND 8u /* the word behind it */
/* probabilities that sum to 1: the highest decides, if it reaches its threshold */
#define WIRE_HEAD_SOFTMAX 1u
/* a probability for each class: all that reach their thresholds are detected */
#define WIRE_HEAD_SIGMOID 2u
#define WIRE_HEAD_LOGITS 3u /* a value for each class, no probability: the highest decides */

/* Why a frame was refused. */
enum wire_refusal {
    WIRE_DAMAGED = 1, /* COBS or CRC-32 wrong; detail: bytes of the frame as received */
    WIRE_SEQUENCE = 2, /* a frame is missing; the device goes on from the number that came */
    WIRE_UNKNOWN = 3, /* no such message in this image; detail: its type */
    WIRE_LENGTH = 4, /* payload length does not fit the message; detail: the length */
    WIRE_NO_CLIP = 5, /* CLIP_AUDIO or CLIP_END outside a clip */
    WIRE_SAMPLE_COUNT = 6, /* CLIP_END's count is not what arrived; detail: samples that arrived */
    /* bytes were lost: sent beyond the credit, or the UART overran; detail: how often */
    WIRE_OVERRUN = 7,
    WIRE_LINE = 8, /* the UART saw framing or noise errors; detail: how many */
    WIRE_INTERNAL = 9, /* front-end or network returned an error; detail: its number, negated */
    WIRE_FRAME_ORDER = 10, /* FRAMES does not continue the patch; detail: the frame that was due */
    WIRE_WEIGHTS = 11, /* constants in flash are not as generated; detail: the CRC-32 found */
};

/* What a wait that gave up was for. */
enum wire_wait {
    WIRE_WAIT_NONE = 0, /* no wait gave up */
    WIRE_WAIT_VOLTAGE = 1, /* the core's voltage */
    WIRE_WAIT_FLASH = 2, /* the flash's wait states */
    WIRE_WAIT_SOURCE = 3, /* the oscillator that the PLL runs from */
    WIRE_WAIT_BOOSTER = 4, /* the booster of the power distribution (EPOD) */
    WIRE_WAIT_PLL = 5, /* the PLL's lock */
    WIRE_WAIT_SWITCH = 6, /* the change to the PLL's clock */
    WIRE_WAIT_CACHE = 7, /* the instruction cache's own invalidation */
    WIRE_WAIT_WATCHDOG = 8, /* the watchdog's registers: its oscillator (LSI) does not run */
    WIRE_WAIT_UART = 9, /* the UART's transmitter and receiver */
    WIRE_WAIT_MICROPHONE = 10, /* the microphone's peripheral, in an image that listens */
};

/* How the run before this start ended. */
enum wire_run_end {
    WIRE_END_NONE = 0, /* no valid record: the power came up, or RAM has not kept it */
    WIRE_END_RESET = 1, /* from outside: a pin, a debugger; the firmware knows no cause */
    WIRE_END_CORE_FAULT = 2, /* a fault of the core */
    WIRE_END_WATCHDOG = 3, /* the watchdog: no progress was made for its whole period */
    WIRE_END_SELF_CHECK = 4, /* the firmware found its own memory damaged */
    WIRE_END_WAIT = 5, /* a wait with a limit gave up; wait_given_up names it */
};

/* What the firmware did as it ended. */
enum wire_phase {
    WIRE_PHASE_UNKNOWN = 0, /* not kept */
    WIRE_PHASE_START = 1, /* the start: clock, line, hash of the image */
    WIRE_PHASE_IDLE = 2, /* nothing: asleep, or about to sleep */
    WIRE_PHASE_RECEIVE = 3, /* took bytes off the line, or a message that is no sound */
    WIRE_PHASE_FRONTEND = 4, /* the front-end: from samples to frames */
    WIRE_PHASE_NETWORK = 5, /* the network */
    WIRE_PHASE_SEND = 6, /* waited for room in the transmit ring */
    WIRE_PHASE_CHECK = 7, /* a check of its own memory */
    /* took sound from its microphone, and worked on it (an image that listens) */
    WIRE_PHASE_LISTEN = 8,
};

/* HELLO_REQUEST, from the host.
 * Starts a conversation; needs no credit.
 * The device drops any clip, takes this frame's sequence number as the host's, restarts its own
 * at 0 and its byte count at 0 after this frame, and answers HELLO. */
#define WIRE_HELLO_REQUEST 0x01u
struct wire_hello_request {
    uint16_t protocol; /* PROTOCOL_VERSION of the host */
    uint16_t reserved; /* 0 */
    uint32_t nonce; /* any number but BOOT_NONCE; HELLO brings it back */
};
_Static_assert(sizeof(struct wire_hello_request) == 8, "");
_Static_assert(offsetof(struct wire_hello_request, protocol) == 0, "");
_Static_assert(offsetof(struct wire_hello_request, reserved) == 2, "");
_Static_assert(offsetof(struct wire_hello_request, nonce) == 4, "");

/* CLIP_BEGIN, from the host.
 * Starts a clip; the front-end and the network forget what came before. */
#define WIRE_CLIP_BEGIN 0x02u
struct wire_clip_begin {
    uint32_t clip_id; /* the host's own number of the clip */
    uint16_t flags; /* ClipFlag bits */
    uint16_t reserved; /* 0 */
};
_Static_assert(sizeof(struct wire_clip_begin) == 8, "");
_Static_assert(offsetof(struct wire_clip_begin, clip_id) == 0, "");
_Static_assert(offsetof(struct wire_clip_begin, flags) == 4, "");
_Static_assert(offsetof(struct wire_clip_begin, reserved) == 6, "");

/* CLIP_AUDIO, from the host.
 * The next samples of the clip: at most 256, mono, int16, at HELLO's sample_rate_hz.
 * The payload: int16_t samples[], samples, Q15. */
#define WIRE_CLIP_AUDIO 0x03u

/* CLIP_END, from the host.
 * Ends the clip; the device answers CLIP_RESULT. */
#define WIRE_CLIP_END 0x04u
struct wire_clip_end {
    uint32_t sample_count; /* samples sent since CLIP_BEGIN */
};
_Static_assert(sizeof(struct wire_clip_end) == 4, "");
_Static_assert(offsetof(struct wire_clip_end, sample_count) == 0, "");

/* MEMORY_REQUEST, from the host.
 * Asks for MEMORY. */
#define WIRE_MEMORY_REQUEST 0x05u

/* TAP_SELECT, from the host; image with taps only.
 * Chooses the operators whose output is sent as TAP. */
#define WIRE_TAP_SELECT 0x06u
struct wire_tap_select {
    /* bit n % 8 of byte n / 8: operator n of the .tflite; the last bit: cycles */
    uint8_t operator_mask[32];
};
_Static_assert(sizeof(struct wire_tap_select) == 32, "");
_Static_assert(offsetof(struct wire_tap_select, operator_mask) == 0, "");

/* FRAMES, from the host; image with taps only.
 * Mel frames straight into the network, past the front-end.
 * first_frame 0 starts a patch; after the last frame of the patch the device answers
 * PATCH_RESULT with clip_id = patch_id and patch_index 0.
 * After the struct: int8_t cells[], whole frames of int8 cells, one after the other. */
#define WIRE_FRAMES 0x07u
struct wire_frames {
    uint32_t patch_id; /* the host's own number of the patch */
    uint32_t first_frame; /* index of the first frame in the patch */
};
_Static_assert(sizeof(struct wire_frames) == 8, "");
_Static_assert(offsetof(struct wire_frames, patch_id) == 0, "");
_Static_assert(offsetof(struct wire_frames, first_frame) == 4, "");

/* RULE_REQUEST, from the host.
 * Asks for RULE. */
#define WIRE_RULE_REQUEST 0x08u

/* RESUME_REQUEST, from the host.
 * Goes on with a clip that the device holds after a damaged or lost frame; needs no credit.
 * The device takes this frame's sequence number as the host's, restarts its byte count at 0
 * after this frame, and answers RESUMED. */
#define WIRE_RESUME_REQUEST 0x09u
struct wire_resume_request {
    uint32_t clip_id; /* the clip that REFUSED named */
};
_Static_assert(sizeof(struct wire_resume_request) == 4, "");
_Static_assert(offsetof(struct wire_resume_request, clip_id) == 0, "");

/* CHECK_REQUEST, from the host.
 * Asks for CHECK. */
#define WIRE_CHECK_REQUEST 0x0au

/* HELLO, from the device.
 * Who the device is and what runs on it; the first CREDIT is implied: window_bytes.
 * Answers HELLO_REQUEST. A firmware that has just started sends one by itself, with nonce 0.
 * After the struct: char labels[], labels in UTF-8, separated by line feeds. */
#define WIRE_HELLO 0x81u
struct wire_hello {
    uint16_t protocol; /* PROTOCOL_VERSION of the device */
    uint16_t flags; /* HelloFlag bits */
    uint32_t nonce; /* from HELLO_REQUEST; 0: BOOT_NONCE */
    uint32_t core_clock_hz; /* core clock in Hz */
    uint32_t window_bytes; /* encoded bytes that may be under way to the device at once */
    uint32_t reset_flags; /* the reset flags of the clock controller at start */
    uint32_t wait_given_up; /* Wait that gave up, at this start or the one before it */
    uint32_t counter_losses; /* times that the cycle counter was found stopped */
    uint32_t check_clocks; /* SysTick's clocks over a loop that does not sleep, just now */
    uint32_t check_cycles; /* the cycle counter's cycles over the same loop */
    uint32_t sample_rate_hz; /* samples a second of the sound that the front-end takes */
    uint16_t frames; /* frames in a patch */
    uint16_t bands; /* values of a frame: mel bands, or MFCC */
    uint16_t classes; /* classes */
    uint16_t operators; /* operators of the network */
    char board[16]; /* board name */
    char engine[16]; /* network engine */
    uint8_t firmware_sha256[32]; /* SHA-256 of the image as it is in flash */
    uint8_t model_sha256[32]; /* SHA-256 of the .tflite */
    uint8_t frontend[4]; /* first bytes of the SHA-256 of the front-end's record */
    uint32_t resets; /* resets since the power came up, as far as RAM has kept count */
    uint16_t run_end; /* RunEnd of the run before this start; the fields below tell of it */
    uint16_t end_phase; /* Phase in which it ended */
    uint32_t end_exception; /* CORE_FAULT: exception number (IPSR) */
    uint32_t end_status; /* CORE_FAULT: CFSR; SELF_CHECK: the word that was found */
    uint32_t end_hfsr; /* CORE_FAULT: HardFault Status Register */
    uint32_t end_address; /* of the refused access, or of the damaged word; 0: not known */
    uint32_t end_pc; /* program counter; 0: not known */
    uint32_t end_lr; /* link register; 0: not known */
};
_Static_assert(sizeof(struct wire_hello) == 180, "");
_Static_assert(offsetof(struct wire_hello, protocol) == 0, "");
_Static_assert(offsetof(struct wire_hello, flags) == 2, "");
_Static_assert(offsetof(struct wire_hello, nonce) == 4, "");
_Static_assert(offsetof(struct wire_hello, core_clock_hz) == 8, "");
_Static_assert(offsetof(struct wire_hello, window_bytes) == 12, "");
_Static_assert(offsetof(struct wire_hello, reset_flags) == 16, "");
_Static_assert(offsetof(struct wire_hello, wait_given_up) == 20, "");
_Static_assert(offsetof(struct wire_hello, counter_losses) == 24, "");
_Static_assert(offsetof(struct wire_hello, check_clocks) == 28, "");
_Static_assert(offsetof(struct wire_hello, check_cycles) == 32, "");
_Static_assert(offsetof(struct wire_hello, sample_rate_hz) == 36, "");
_Static_assert(offsetof(struct wire_hello, frames) == 40, "");
_Static_assert(offsetof(struct wire_hello, bands) == 42, "");
_Static_assert(offsetof(struct wire_hello, classes) == 44, "");
_Static_assert(offsetof(struct wire_hello, operators) == 46, "");
_Static_assert(offsetof(struct wire_hello, board) == 48, "");
_Static_assert(offsetof(struct wire_hello, engine) == 64, "");
_Static_assert(offsetof(struct wire_hello, firmware_sha256) == 80, "");
_Static_assert(offsetof(struct wire_hello, model_sha256) == 112, "");
_Static_assert(offsetof(struct wire_hello, frontend) == 144, "");
_Static_assert(offsetof(struct wire_hello, resets) == 148, "");
_Static_assert(offsetof(struct wire_hello, run_end) == 152, "");
_Static_assert(offsetof(struct wire_hello, end_phase) == 154, "");
_Static_assert(offsetof(struct wire_hello, end_exception) == 156, "");
_Static_assert(offsetof(struct wire_hello, end_status) == 160, "");
_Static_assert(offsetof(struct wire_hello, end_hfsr) == 164, "");
_Static_assert(offsetof(struct wire_hello, end_address) == 168, "");
_Static_assert(offsetof(struct wire_hello, end_pc) == 172, "");
_Static_assert(offsetof(struct wire_hello, end_lr) == 176, "");

/* CREDIT, from the device.
 * How far the host may send. */
#define WIRE_CREDIT 0x82u
struct wire_credit {
    /* encoded bytes, delimiters included, after the HELLO_REQUEST, modulo 2^32 */
    uint32_t limit_bytes;
};
_Static_assert(sizeof(struct wire_credit) == 4, "");
_Static_assert(offsetof(struct wire_credit, limit_bytes) == 0, "");

/* PATCH_RESULT, from the device.
 * One patch's answer.
 * After the struct: int8_t scores[], output of softmax or sigmoid, one a class. */
#define WIRE_PATCH_RESULT 0x83u
struct wire_patch_result {
    uint32_t clip_id; /* clip, or patch_id of FRAMES */
    uint32_t patch_index; /* patch in the clip, from 0 */
    uint32_t first_frame; /* its first frame in the clip */
    uint32_t gated_samples; /* samples dropped as silence since the previous patch */
    uint32_t frontend_cycles; /* core cycles of the front-end since the previous patch */
    uint32_t network_cycles; /* core cycles of the network for this patch */
    uint32_t answer_cycles; /* core cycles from the last frame's arrival to the scores */
};
_Static_assert(sizeof(struct wire_patch_result) == 28, "");
_Static_assert(offsetof(struct wire_patch_result, clip_id) == 0, "");
_Static_assert(offsetof(struct wire_patch_result, patch_index) == 4, "");
_Static_assert(offsetof(struct wire_patch_result, first_frame) == 8, "");
_Static_assert(offsetof(struct wire_patch_result, gated_samples) == 12, "");
_Static_assert(offsetof(struct wire_patch_result, frontend_cycles) == 16, "");
_Static_assert(offsetof(struct wire_patch_result, network_cycles) == 20, "");
_Static_assert(offsetof(struct wire_patch_result, answer_cycles) == 24, "");

/* CLIP_RESULT, from the device.
 * The clip's answer.
 * After the struct: int32_t score_sums[], sums of the patches' scores. */
#define WIRE_CLIP_RESULT 0x84u
struct wire_clip_result {
    uint32_t clip_id; /* clip */
    uint32_t samples; /* samples received */
    uint32_t gated_samples; /* samples dropped as silence */
    uint32_t frames; /* mel frames computed */
    uint32_t patches; /* patches answered */
    int16_t decision; /* class, by RULE; -1: no patch; -2: none reached its threshold */
    uint16_t counter_losses; /* times that the cycle counter was stopped in this clip */
    uint64_t frontend_cycles; /* core cycles of the front-end over the clip's patches */
    uint64_t network_cycles; /* core cycles of the network over the clip's patches */
    uint64_t busy_cycles; /* core cycles of all work on the clip's samples */
    uint8_t detected[32]; /* bit c % 8 of byte c / 8: class c was detected */
};
_Static_assert(sizeof(struct wire_clip_result) == 80, "");
_Static_assert(offsetof(struct wire_clip_result, clip_id) == 0, "");
_Static_assert(offsetof(struct wire_clip_result, samples) == 4, "");
_Static_assert(offsetof(struct wire_clip_result, gated_samples) == 8, "");
_Static_assert(offsetof(struct wire_clip_result, frames) == 12, "");
_Static_assert(offsetof(struct wire_clip_result, patches) == 16, "");
_Static_assert(offsetof(struct wire_clip_result, decision) == 20, "");
_Static_assert(offsetof(struct wire_clip_result, counter_losses) == 22, "");
_Static_assert(offsetof(struct wire_clip_result, frontend_cycles) == 24, "");
_Static_assert(offsetof(struct wire_clip_result, network_cycles) == 32, "");
_Static_assert(offsetof(struct wire_clip_result, busy_cycles) == 40, "");
_Static_assert(offsetof(struct wire_clip_result, detected) == 48, "");

/* FEATURES, from the device.
 * Mel frames as the network gets them.
 * After the struct: int8_t cells[], whole frames of int8 cells, one after the other. */
#define WIRE_FEATURES 0x85u
struct wire_features {
    uint32_t clip_id; /* clip */
    uint32_t first_frame; /* index in the clip of the first frame here */
};
_Static_assert(sizeof(struct wire_features) == 8, "");
_Static_assert(offsetof(struct wire_features, clip_id) == 0, "");
_Static_assert(offsetof(struct wire_features, first_frame) == 4, "");

/* TAP, from the device; image with taps only.
 * A piece of one row of an operator's output, in the .tflite tensor's own order.
 * After the struct: uint8_t values[], the piece: int8, or float32 for DEQUANTIZE; cycles:
 * uint32. */
#define WIRE_TAP 0x86u
struct wire_tap {
    uint32_t patch; /* patches begun since CLIP_BEGIN or HELLO before this one */
    uint16_t operator_index; /* operator of the .tflite, or 255: cycles */
    uint16_t row; /* row of its output */
    uint32_t offset_bytes; /* where in the row this piece begins */
};
_Static_assert(sizeof(struct wire_tap) == 12, "");
_Static_assert(offsetof(struct wire_tap, patch) == 0, "");
_Static_assert(offsetof(struct wire_tap, operator_index) == 4, "");
_Static_assert(offsetof(struct wire_tap, row) == 6, "");
_Static_assert(offsetof(struct wire_tap, offset_bytes) == 8, "");

/* MEMORY, from the device.
 * True use of memory since reset; errors of the line since the first HELLO; the time. */
#define WIRE_MEMORY 0x87u
struct wire_memory {
    uint32_t stack_bytes; /* stack as linked */
    uint32_t stack_high_water_bytes; /* most stack used so far, by painting */
    uint32_t rx_ring_bytes; /* receive ring */
    uint32_t rx_high_water_bytes; /* most bytes that waited in it */
    uint32_t tx_ring_bytes; /* transmit ring */
    uint32_t tx_high_water_bytes; /* most bytes that waited in it */
    uint32_t arena_bytes; /* activations of the network */
    uint32_t static_bytes; /* .data and .bss as linked, the stack not included */
    uint32_t overruns; /* times that received bytes were lost */
    uint32_t framing_errors; /* bytes without a stop bit; none of them is received */
    uint32_t noise_errors; /* bytes whose samples differed; not looked for with ONEBIT */
    uint32_t flags; /* HelloFlag bits as they stand now */
    uint64_t clocks; /* clocks of the core since its start, sleep included (SysTick) */
};
_Static_assert(sizeof(struct wire_memory) == 56, "");
_Static_assert(offsetof(struct wire_memory, stack_bytes) == 0, "");
_Static_assert(offsetof(struct wire_memory, stack_high_water_bytes) == 4, "");
_Static_assert(offsetof(struct wire_memory, rx_ring_bytes) == 8, "");
_Static_assert(offsetof(struct wire_memory, rx_high_water_bytes) == 12, "");
_Static_assert(offsetof(struct wire_memory, tx_ring_bytes) == 16, "");
_Static_assert(offsetof(struct wire_memory, tx_high_water_bytes) == 20, "");
_Static_assert(offsetof(struct wire_memory, arena_bytes) == 24, "");
_Static_assert(offsetof(struct wire_memory, static_bytes) == 28, "");
_Static_assert(offsetof(struct wire_memory, overruns) == 32, "");
_Static_assert(offsetof(struct wire_memory, framing_errors) == 36, "");
_Static_assert(offsetof(struct wire_memory, noise_errors) == 40, "");
_Static_assert(offsetof(struct wire_memory, flags) == 44, "");
_Static_assert(offsetof(struct wire_memory, clocks) == 48, "");

/* FAULT_REPORT, from the device.
 * A core fault: what the core knew; the device resets after it. */
#define WIRE_FAULT_REPORT 0x88u
struct wire_fault_report {
    uint32_t exception; /* exception number (IPSR) */
    uint32_t cfsr; /* Configurable Fault Status Register */
    uint32_t hfsr; /* HardFault Status Register */
    uint32_t mmfar; /* MemManage Fault Address Register */
    uint32_t bfar; /* BusFault Address Register */
    uint32_t pc; /* program counter as stacked; 0: not stacked */
    uint32_t lr; /* link register as stacked; pc 0: newest return address */
    uint32_t xpsr; /* program status as stacked; 0: not stacked */
    uint32_t sp; /* stack pointer of the handler: address of the stacked frame */
};
_Static_assert(sizeof(struct wire_fault_report) == 36, "");
_Static_assert(offsetof(struct wire_fault_report, exception) == 0, "");
_Static_assert(offsetof(struct wire_fault_report, cfsr) == 4, "");
_Static_assert(offsetof(struct wire_fault_report, hfsr) == 8, "");
_Static_assert(offsetof(struct wire_fault_report, mmfar) == 12, "");
_Static_assert(offsetof(struct wire_fault_report, bfar) == 16, "");
_Static_assert(offsetof(struct wire_fault_report, pc) == 20, "");
_Static_assert(offsetof(struct wire_fault_report, lr) == 24, "");
_Static_assert(offsetof(struct wire_fault_report, xpsr) == 28, "");
_Static_assert(offsetof(struct wire_fault_report, sp) == 32, "");

/* REFUSED, from the device.
 * A frame that the device could not take; the clip in progress is dropped.
 * Further CLIP_AUDIO and CLIP_END of the dropped clip are dropped without a reply until the next
 * CLIP_BEGIN or HELLO_REQUEST. After DAMAGED, SEQUENCE, OVERRUN or LINE the clip is held
 * instead: passed over in the same way, but RESUME_REQUEST goes on with it. */
#define WIRE_REFUSED 0x89u
struct wire_refused {
    uint16_t code; /* Refusal */
    uint8_t expected_sequence; /* sequence number that was due */
    uint8_t sequence; /* sequence number of the refused frame; 0 if unreadable */
    uint32_t detail; /* see Refusal */
    uint32_t clip_id; /* clip that was dropped or is held; 0xFFFFFFFF: none */
};
_Static_assert(sizeof(struct wire_refused) == 12, "");
_Static_assert(offsetof(struct wire_refused, code) == 0, "");
_Static_assert(offsetof(struct wire_refused, expected_sequence) == 2, "");
_Static_assert(offsetof(struct wire_refused, sequence) == 3, "");
_Static_assert(offsetof(struct wire_refused, detail) == 4, "");
_Static_assert(offsetof(struct wire_refused, clip_id) == 8, "");

/* RULE, from the device.
 * How score sums become a decision: sum >= threshold * patches, ties to the lower class.
 * After the struct: int8_t thresholds[], least mean score, one a class; -128: reached by any. */
#define WIRE_RULE 0x8au
struct wire_rule {
    uint16_t head; /* ScoreHead */
    int16_t fallback; /* decision where none reaches its threshold: a class, or -2 */
};
_Static_assert(sizeof(struct wire_rule) == 4, "");
_Static_assert(offsetof(struct wire_rule, head) == 0, "");
_Static_assert(offsetof(struct wire_rule, fallback) == 2, "");

/* RESUMED, from the device.
 * Where the clip goes on; the first CREDIT is implied: window_bytes. */
#define WIRE_RESUMED 0x8bu
struct wire_resumed {
    uint32_t clip_id; /* the clip; 0xFFFFFFFF: the device does not hold it */
    uint32_t samples; /* samples of it that the device has taken: the next to send */
    uint32_t window_bytes; /* encoded bytes that may be under way to the device */
};
_Static_assert(sizeof(struct wire_resumed) == 12, "");
_Static_assert(offsetof(struct wire_resumed, clip_id) == 0, "");
_Static_assert(offsetof(struct wire_resumed, samples) == 4, "");
_Static_assert(offsetof(struct wire_resumed, window_bytes) == 8, "");

/* CHECK, from the device.
 * What the firmware finds in its own memories, read at this request.
 * Weights are all constant arrays of numbers that an answer comes from. Once damaged, each
 * CLIP_BEGIN, and each CLIP_END of a clip that was open, is refused (WEIGHTS) until the board is
 * programmed again. */
#define WIRE_CHECK 0x8cu
struct wire_check {
    uint32_t weights_crc_generated; /* CRC-32 that the generator computed */
    uint32_t weights_crc_found; /* CRC-32 of what is in flash now */
    uint32_t weights_bytes; /* bytes that both are over */
    uint32_t damaged_canaries; /* Canary bits of the words that were overwritten */
};
_Static_assert(sizeof(struct wire_check) == 16, "");
_Static_assert(offsetof(struct wire_check, weights_crc_generated) == 0, "");
_Static_assert(offsetof(struct wire_check, weights_crc_found) == 4, "");
_Static_assert(offsetof(struct wire_check, weights_bytes) == 8, "");
_Static_assert(offsetof(struct wire_check, damaged_canaries) == 12, "");

#endif
