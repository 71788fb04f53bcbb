/* SPDX-License-Identifier: Apache-2.0 */
/* Text to the UART's transmit ring: whole texts, or none of it. */
#include <stdarg.h>
#include <stddef.h>

#include "board/load.h"
#include "library/mel2metal.h"
#include "port/uart.h"

#define MS_PER_SECOND 1000u
#define MS_PER_HUNDREDTH 10u
#define HUNDREDTHS 100u
#define PERMILLE_PER_HUNDREDTH 10u

/* Bytes that a text takes in the ring: CR goes before each LF. */
static uint32_t ring_bytes(const char *text) {
    uint32_t bytes = 0u;
    for (const char *at = text; *at != '\0'; at++) {
        bytes += *at == '\n' ? 2u : 1u;
    }
    return bytes;
}

uint32_t m2m_print_room(void) {
    return uart_tx_free();
}

void m2m_print(const char *text) {
    const uint32_t bytes = ring_bytes(text);
    if (bytes > uart_tx_free()) {
        load_add_dropped();
        return;
    }
    uint32_t ahead = 0u;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\n') {
            uart_tx_place(ahead++, (uint8_t)'\r');
        }
        uart_tx_place(ahead++, (uint8_t)*at);
    }
    uart_tx_release(bytes);
}

/* A text that is being made. `length` goes on past the end, so that too long a one shows. */
struct text {
    char bytes[M2M_PRINT_BYTES];
    uint32_t length;
};

static void put(struct text *text, char character) {
    if (text->length < sizeof text->bytes) {
        text->bytes[text->length] = character;
    }
    text->length++;
}

/* Digits from the last one on; a 32-bit number has ten at most. */
static void put_number(struct text *text, uint32_t value, uint32_t base, uint32_t width,
                       char fill) {
    static const char digits[] = "0123456789abcdef";
    char reversed[10];
    uint32_t count = 0u;
    do {
        reversed[count++] = digits[value % base];
        value /= base;
    } while (value != 0u);
    for (uint32_t i = count; i < width; i++) {
        put(text, fill);
    }
    while (count > 0u) {
        put(text, reversed[--count]);
    }
}

static void put_signed(struct text *text, int32_t value, uint32_t width, char fill) {
    if (value >= 0) {
        put_number(text, (uint32_t)value, 10u, width, fill);
        return;
    }
    put(text, '-');
    put_number(text, 0u - (uint32_t)value, 10u, width > 0u ? width - 1u : 0u, '0');
}

static void put_string(struct text *text, const char *string) {
    for (const char *at = string; *at != '\0'; at++) {
        put(text, *at);
    }
}

static void put_label(struct text *text, const char *label) {
    for (const char *at = label; *at != '\0'; at++) {
        put(text, *at == ' ' || *at == ',' ? '_' : *at);
    }
}

static void print(struct text *text) {
    if (text->length >= sizeof text->bytes) {
        load_add_dropped();
        return;
    }
    text->bytes[text->length] = '\0';
    m2m_print(text->bytes);
}

/* One conversion, after its width. The compiler holds the arguments against the format. */
static void put_argument(struct text *text, char kind, uint32_t width, char fill,
                         va_list *arguments) {
    switch (kind) {
    case 's':
        put_string(text, va_arg(*arguments, const char *));
        break;
    case 'c':
        put(text, (char)va_arg(*arguments, int));
        break;
    case 'd':
        put_signed(text, va_arg(*arguments, int), width, fill);
        break;
    case 'u':
        put_number(text, va_arg(*arguments, unsigned int), 10u, width, fill);
        break;
    case 'x':
        put_number(text, va_arg(*arguments, unsigned int), 16u, width, fill);
        break;
    default: /* "%%", and what is not known, as it stands */
        put(text, kind);
        break;
    }
}

void m2m_printf(const char *format, ...) {
    struct text text = {.length = 0u};
    va_list arguments;
    va_start(arguments, format);
    for (const char *at = format; *at != '\0'; at++) {
        if (*at != '%') {
            put(&text, *at);
            continue;
        }
        at++;
        const char fill = *at == '0' ? '0' : ' ';
        uint32_t width = 0u;
        while (*at >= '0' && *at <= '9') {
            width = width * 10u + (uint32_t)(*at++ - '0');
        }
        if (*at == '\0') {
            break;
        }
        put_argument(&text, *at, width, fill, &arguments);
    }
    va_end(arguments);
    print(&text);
}

/* Milliseconds as seconds with two places, the rest cut off. */
static void put_seconds(struct text *text, uint64_t ms) {
    put_number(text, (uint32_t)(ms / MS_PER_SECOND), 10u, 1u, '0');
    put(text, '.');
    put_number(text, (uint32_t)(ms % MS_PER_SECOND) / MS_PER_HUNDREDTH, 10u, 2u, '0');
}

void m2m_print_event(const struct m2m_event *event) {
    struct text text = {.length = 0u};
    put_seconds(&text, event->time_ms);
    put_string(&text, " s ");
    put_label(&text, m2m_class_names[event->label]);
    if (event->kind == M2M_EVENT_ENDS) {
        put_string(&text, " ends");
    } else {
        const uint32_t share =
            (event->score_permille + PERMILLE_PER_HUNDREDTH / 2u) / PERMILLE_PER_HUNDREDTH;
        put(&text, ' ');
        put_number(&text, share / HUNDREDTHS, 10u, 1u, '0');
        put(&text, '.');
        put_number(&text, share % HUNDREDTHS, 10u, 2u, '0');
    }
    put(&text, '\n');
    print(&text);
}
