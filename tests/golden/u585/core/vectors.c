/* SPDX-License-Identifier: Apache-2.0 */
/* The vector table of the STM32U585AI: the core's own sixteen, then 125 lines. */
#include <stddef.h>
#include <stdint.h>

#include "core/handlers.h"
#include "core/memory_layout.h"
#include "port/interrupts.h"

typedef void (*vector)(void);

struct vector_table {
    const uint32_t *stack_top;
    vector core[15];
    vector lines[125];
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
            fault_handler,        /*  7 SecureFault: cannot happen, TrustZone is off */
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
            unexpected_interrupt, /* 2 RTC */
            unexpected_interrupt, /* 3 RTC_S */
            unexpected_interrupt, /* 4 TAMP */
            unexpected_interrupt, /* 5 RAMCFG */
            unexpected_interrupt, /* 6 FLASH */
            unexpected_interrupt, /* 7 FLASH_S */
            unexpected_interrupt, /* 8 GTZC */
            unexpected_interrupt, /* 9 RCC */
            unexpected_interrupt, /* 10 RCC_S */
            unexpected_interrupt, /* 11 EXTI0 */
            unexpected_interrupt, /* 12 EXTI1 */
            unexpected_interrupt, /* 13 EXTI2 */
            unexpected_interrupt, /* 14 EXTI3 */
            unexpected_interrupt, /* 15 EXTI4 */
            unexpected_interrupt, /* 16 EXTI5 */
            unexpected_interrupt, /* 17 EXTI6 */
            unexpected_interrupt, /* 18 EXTI7 */
            unexpected_interrupt, /* 19 EXTI8 */
            unexpected_interrupt, /* 20 EXTI9 */
            unexpected_interrupt, /* 21 EXTI10 */
            unexpected_interrupt, /* 22 EXTI11 */
            unexpected_interrupt, /* 23 EXTI12 */
            unexpected_interrupt, /* 24 EXTI13 */
            unexpected_interrupt, /* 25 EXTI14 */
            unexpected_interrupt, /* 26 EXTI15 */
            unexpected_interrupt, /* 27 IWDG */
            unexpected_interrupt, /* 28 SAES */
            uart_rx_dma_interrupt, /* 29 GPDMA1_CH0 */
            uart_tx_dma_interrupt, /* 30 GPDMA1_CH1 */
            unexpected_interrupt, /* 31 GPDMA1_CH2 */
            unexpected_interrupt, /* 32 GPDMA1_CH3 */
            unexpected_interrupt, /* 33 GPDMA1_CH4 */
            unexpected_interrupt, /* 34 GPDMA1_CH5 */
            unexpected_interrupt, /* 35 GPDMA1_CH6 */
            unexpected_interrupt, /* 36 GPDMA1_CH7 */
            unexpected_interrupt, /* 37 ADC1 */
            unexpected_interrupt, /* 38 DAC1 */
            unexpected_interrupt, /* 39 FDCAN1_IT0 */
            unexpected_interrupt, /* 40 FDCAN1_IT1 */
            unexpected_interrupt, /* 41 TIM1_BRK */
            unexpected_interrupt, /* 42 TIM1_UP */
            unexpected_interrupt, /* 43 TIM1_TRG_COM */
            unexpected_interrupt, /* 44 TIM1_CC */
            unexpected_interrupt, /* 45 TIM2 */
            unexpected_interrupt, /* 46 TIM3 */
            unexpected_interrupt, /* 47 TIM4 */
            unexpected_interrupt, /* 48 TIM5 */
            unexpected_interrupt, /* 49 TIM6 */
            unexpected_interrupt, /* 50 TIM7 */
            unexpected_interrupt, /* 51 TIM8_BRK */
            unexpected_interrupt, /* 52 TIM8_UP */
            unexpected_interrupt, /* 53 TIM8_TRG_COM */
            unexpected_interrupt, /* 54 TIM8_CC */
            unexpected_interrupt, /* 55 I2C1_EV */
            unexpected_interrupt, /* 56 I2C1_ER */
            unexpected_interrupt, /* 57 I2C2_EV */
            unexpected_interrupt, /* 58 I2C2_ER */
            unexpected_interrupt, /* 59 SPI1 */
            unexpected_interrupt, /* 60 SPI2 */
            uart_interrupt, /* 61 USART1 */
            unexpected_interrupt, /* 62 USART2 */
            unexpected_interrupt, /* 63 USART3 */
            unexpected_interrupt, /* 64 UART4 */
            unexpected_interrupt, /* 65 UART5 */
            unexpected_interrupt, /* 66 LPUART1 */
            unexpected_interrupt, /* 67 LPTIM1 */
            unexpected_interrupt, /* 68 LPTIM2 */
            unexpected_interrupt, /* 69 TIM15 */
            unexpected_interrupt, /* 70 TIM16 */
            unexpected_interrupt, /* 71 TIM17 */
            unexpected_interrupt, /* 72 COMP */
            unexpected_interrupt, /* 73 OTG_FS */
            unexpected_interrupt, /* 74 CRS */
            unexpected_interrupt, /* 75 FMC */
            unexpected_interrupt, /* 76 OCTOSPI1 */
            unexpected_interrupt, /* 77 PWR_S3WU */
            unexpected_interrupt, /* 78 SDMMC1 */
            unexpected_interrupt, /* 79 SDMMC2 */
            unexpected_interrupt, /* 80 GPDMA1_CH8 */
            unexpected_interrupt, /* 81 GPDMA1_CH9 */
            unexpected_interrupt, /* 82 GPDMA1_CH10 */
            unexpected_interrupt, /* 83 GPDMA1_CH11 */
            unexpected_interrupt, /* 84 GPDMA1_CH12 */
            unexpected_interrupt, /* 85 GPDMA1_CH13 */
            unexpected_interrupt, /* 86 GPDMA1_CH14 */
            unexpected_interrupt, /* 87 GPDMA1_CH15 */
            unexpected_interrupt, /* 88 I2C3_EV */
            unexpected_interrupt, /* 89 I2C3_ER */
            unexpected_interrupt, /* 90 SAI1 */
            unexpected_interrupt, /* 91 SAI2 */
            unexpected_interrupt, /* 92 TSC */
            unexpected_interrupt, /* 93 AES */
            unexpected_interrupt, /* 94 RNG */
            unexpected_interrupt, /* 95 FPU */
            unexpected_interrupt, /* 96 HASH */
            unexpected_interrupt, /* 97 PKA */
            unexpected_interrupt, /* 98 LPTIM3 */
            unexpected_interrupt, /* 99 SPI3 */
            unexpected_interrupt, /* 100 I2C4_ER */
            unexpected_interrupt, /* 101 I2C4_EV */
            unexpected_interrupt, /* 102 MDF1_FLT0 */
            unexpected_interrupt, /* 103 MDF1_FLT1 */
            unexpected_interrupt, /* 104 MDF1_FLT2 */
            unexpected_interrupt, /* 105 MDF1_FLT3 */
            unexpected_interrupt, /* 106 UCPD1 */
            unexpected_interrupt, /* 107 ICACHE */
            unexpected_interrupt, /* 108 OTFDEC1 */
            unexpected_interrupt, /* 109 OTFDEC2 */
            unexpected_interrupt, /* 110 LPTIM4 */
            unexpected_interrupt, /* 111 DCACHE1 */
            unexpected_interrupt, /* 112 ADF1 */
            unexpected_interrupt, /* 113 ADC4 */
            unexpected_interrupt, /* 114 LPDMA1_CH0 */
            unexpected_interrupt, /* 115 LPDMA1_CH1 */
            unexpected_interrupt, /* 116 LPDMA1_CH2 */
            unexpected_interrupt, /* 117 LPDMA1_CH3 */
            unexpected_interrupt, /* 118 DMA2D */
            unexpected_interrupt, /* 119 DCMI_PSSI */
            unexpected_interrupt, /* 120 OCTOSPI2 */
            unexpected_interrupt, /* 121 MDF1_FLT4 */
            unexpected_interrupt, /* 122 MDF1_FLT5 */
            unexpected_interrupt, /* 123 CORDIC */
            unexpected_interrupt, /* 124 FMAC */
        },
};
