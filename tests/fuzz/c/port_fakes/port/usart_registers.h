/* SPDX-License-Identifier: Apache-2.0 */
/* The USART's own registers, but that each byte put into TDR lands where line.c finds it. */
#ifndef FUZZ_USART_REGISTERS_H
#define FUZZ_USART_REGISTERS_H

#pragma GCC system_header /* for #include_next, which pedants warn of */
#include_next "port/usart_registers.h"

#include "line.h"

#undef USART_TDR_ADDRESS
#define USART_TDR_ADDRESS ((uintptr_t)line_polled_byte())

#endif
