/* SPDX-License-Identifier: Apache-2.0 */
/* The vector table of the STM32L475VG: the core's own sixteen, then 82 lines. */
#include <stddef.h>
#include <stdint.h>

#include "core/handlers.h"
#include "core/memory_layout.h"
#include "port/interrupts.h"

typedef void (*vector)(void);

struct vector_table {
    const uint32_t *stack_top;
    vector core[15];
    vector lines[82];
};

/* VTOR needs an alignment of the table's size rounded up to a power of two: the linker script
 * sets the table at the head of the flash. */
__attribute__((section(".vectors"), used)) const struct vector_table vectors = {
    .stack_top = __stack_top,
    .core =
        {
            reset_handler,        /*  1 Reset */
            fault_handler,        /*  2 NMI: flash ECC and clock security; none is expected */
            fault_handler,        /*  3 HardFault */
            fault_handler,        /*  4 MemManage */
            fault_handler,        /*  5 BusFault */
            fault_handler,        /*  6 UsageFault */
            NULL,                 /*  7 reserved */
            NULL,                 /*  8 reserved */
            NULL,                 /*  9 reserved */
            NULL,                 /* 10 reserved */
            unexpected_interrupt, /* 11 SVCall */
            unexpected_interrupt, /* 12 DebugMonitor */
            NULL,                 /* 13 reserved */
            unexpected_interrupt, /* 14 PendSV */
            systick_handler,      /* 15 SysTick */
        },
    .lines =
        {
            unexpected_interrupt, /* 0 WWDG */
            unexpected_interrupt, /* 1 PVD_PVM */
            unexpected_interrupt, /* 2 TAMP_STAMP */
            unexpected_interrupt, /* 3 RTC_WKUP */
            unexpected_interrupt, /* 4 FLASH */
            unexpected_interrupt, /* 5 RCC */
            unexpected_interrupt, /* 6 EXTI0 */
            unexpected_interrupt, /* 7 EXTI1 */
            unexpected_interrupt, /* 8 EXTI2 */
            unexpected_interrupt, /* 9 EXTI3 */
            unexpected_interrupt, /* 10 EXTI4 */
            unexpected_interrupt, /* 11 DMA1_CH1 */
            unexpected_interrupt, /* 12 DMA1_CH2 */
            unexpected_interrupt, /* 13 DMA1_CH3 */
            uart_tx_dma_interrupt, /* 14 DMA1_CH4 */
            uart_rx_dma_interrupt, /* 15 DMA1_CH5 */
            unexpected_interrupt, /* 16 DMA1_CH6 */
            unexpected_interrupt, /* 17 DMA1_CH7 */
            unexpected_interrupt, /* 18 ADC1_2 */
            unexpected_interrupt, /* 19 CAN1_TX */
            unexpected_interrupt, /* 20 CAN1_RX0 */
            unexpected_interrupt, /* 21 CAN1_RX1 */
            unexpected_interrupt, /* 22 CAN1_SCE */
            unexpected_interrupt, /* 23 EXTI9_5 */
            unexpected_interrupt, /* 24 TIM1_BRK_TIM15 */
            unexpected_interrupt, /* 25 TIM1_UP_TIM16 */
            unexpected_interrupt, /* 26 TIM1_TRG_COM_TIM17 */
            unexpected_interrupt, /* 27 TIM1_CC */
            unexpected_interrupt, /* 28 TIM2 */
            unexpected_interrupt, /* 29 TIM3 */
            unexpected_interrupt, /* 30 TIM4 */
            unexpected_interrupt, /* 31 I2C1_EV */
            unexpected_interrupt, /* 32 I2C1_ER */
            unexpected_interrupt, /* 33 I2C2_EV */
            unexpected_interrupt, /* 34 I2C2_ER */
            unexpected_interrupt, /* 35 SPI1 */
            unexpected_interrupt, /* 36 SPI2 */
            uart_interrupt, /* 37 USART1 */
            unexpected_interrupt, /* 38 USART2 */
            unexpected_interrupt, /* 39 USART3 */
            unexpected_interrupt, /* 40 EXTI15_10 */
            unexpected_interrupt, /* 41 RTC_ALARM */
            unexpected_interrupt, /* 42 DFSDM1_FLT3 */
            unexpected_interrupt, /* 43 TIM8_BRK */
            unexpected_interrupt, /* 44 TIM8_UP */
            unexpected_interrupt, /* 45 TIM8_TRG_COM */
            unexpected_interrupt, /* 46 TIM8_CC */
            unexpected_interrupt, /* 47 ADC3 */
            unexpected_interrupt, /* 48 FMC */
            unexpected_interrupt, /* 49 SDMMC1 */
            unexpected_interrupt, /* 50 TIM5 */
            unexpected_interrupt, /* 51 SPI3 */
            unexpected_interrupt, /* 52 UART4 */
            unexpected_interrupt, /* 53 UART5 */
            unexpected_interrupt, /* 54 TIM6_DAC */
            unexpected_interrupt, /* 55 TIM7 */
            unexpected_interrupt, /* 56 DMA2_CH1 */
            unexpected_interrupt, /* 57 DMA2_CH2 */
            unexpected_interrupt, /* 58 DMA2_CH3 */
            unexpected_interrupt, /* 59 DMA2_CH4 */
            unexpected_interrupt, /* 60 DMA2_CH5 */
            unexpected_interrupt, /* 61 DFSDM1_FLT0 */
            unexpected_interrupt, /* 62 DFSDM1_FLT1 */
            unexpected_interrupt, /* 63 DFSDM1_FLT2 */
            unexpected_interrupt, /* 64 COMP */
            unexpected_interrupt, /* 65 LPTIM1 */
            unexpected_interrupt, /* 66 LPTIM2 */
            unexpected_interrupt, /* 67 OTG_FS */
            unexpected_interrupt, /* 68 DMA2_CH6 */
            unexpected_interrupt, /* 69 DMA2_CH7 */
            unexpected_interrupt, /* 70 LPUART1 */
            unexpected_interrupt, /* 71 QUADSPI */
            unexpected_interrupt, /* 72 I2C3_EV */
            unexpected_interrupt, /* 73 I2C3_ER */
            unexpected_interrupt, /* 74 SAI1 */
            unexpected_interrupt, /* 75 SAI2 */
            unexpected_interrupt, /* 76 SWPMI1 */
            unexpected_interrupt, /* 77 TSC */
            unexpected_interrupt, /* 78 LCD */
            unexpected_interrupt, /* 79 AES */
            unexpected_interrupt, /* 80 RNG */
            unexpected_interrupt, /* 81 FPU */
        },
};
