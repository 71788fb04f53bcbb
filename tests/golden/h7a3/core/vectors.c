/* SPDX-License-Identifier: Apache-2.0 */
/* The vector table of the STM32H7A3ZIQ: the core's own sixteen, then 155 lines. */
#include <stddef.h>
#include <stdint.h>

#include "core/handlers.h"
#include "core/memory_layout.h"
#include "port/interrupts.h"

typedef void (*vector)(void);

struct vector_table {
    const uint32_t *stack_top;
    vector core[15];
    vector lines[155];
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
            unexpected_interrupt, /* 2 RTC_TAMP_STAMP_CSS_LSE */
            unexpected_interrupt, /* 3 RTC_WKUP */
            unexpected_interrupt, /* 4 FLASH */
            unexpected_interrupt, /* 5 RCC */
            unexpected_interrupt, /* 6 EXTI0 */
            unexpected_interrupt, /* 7 EXTI1 */
            unexpected_interrupt, /* 8 EXTI2 */
            unexpected_interrupt, /* 9 EXTI3 */
            unexpected_interrupt, /* 10 EXTI4 */
            uart_rx_dma_interrupt, /* 11 DMA1_STREAM0 */
            uart_tx_dma_interrupt, /* 12 DMA1_STREAM1 */
            unexpected_interrupt, /* 13 DMA1_STREAM2 */
            unexpected_interrupt, /* 14 DMA1_STREAM3 */
            unexpected_interrupt, /* 15 DMA1_STREAM4 */
            unexpected_interrupt, /* 16 DMA1_STREAM5 */
            unexpected_interrupt, /* 17 DMA1_STREAM6 */
            unexpected_interrupt, /* 18 ADC */
            unexpected_interrupt, /* 19 FDCAN1_IT0 */
            unexpected_interrupt, /* 20 FDCAN2_IT0 */
            unexpected_interrupt, /* 21 FDCAN1_IT1 */
            unexpected_interrupt, /* 22 FDCAN2_IT1 */
            unexpected_interrupt, /* 23 EXTI9_5 */
            unexpected_interrupt, /* 24 TIM1_BRK */
            unexpected_interrupt, /* 25 TIM1_UP */
            unexpected_interrupt, /* 26 TIM1_TRG_COM */
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
            unexpected_interrupt, /* 37 USART1 */
            unexpected_interrupt, /* 38 USART2 */
            uart_interrupt, /* 39 USART3 */
            unexpected_interrupt, /* 40 EXTI15_10 */
            unexpected_interrupt, /* 41 RTC_ALARM */
            unexpected_interrupt, /* 42 DFSDM2 */
            unexpected_interrupt, /* 43 TIM8_BRK_TIM12 */
            unexpected_interrupt, /* 44 TIM8_UP_TIM13 */
            unexpected_interrupt, /* 45 TIM8_TRG_COM_TIM14 */
            unexpected_interrupt, /* 46 TIM8_CC */
            unexpected_interrupt, /* 47 DMA1_STREAM7 */
            unexpected_interrupt, /* 48 FMC */
            unexpected_interrupt, /* 49 SDMMC1 */
            unexpected_interrupt, /* 50 TIM5 */
            unexpected_interrupt, /* 51 SPI3 */
            unexpected_interrupt, /* 52 UART4 */
            unexpected_interrupt, /* 53 UART5 */
            unexpected_interrupt, /* 54 TIM6_DAC */
            unexpected_interrupt, /* 55 TIM7 */
            unexpected_interrupt, /* 56 DMA2_STREAM0 */
            unexpected_interrupt, /* 57 DMA2_STREAM1 */
            unexpected_interrupt, /* 58 DMA2_STREAM2 */
            unexpected_interrupt, /* 59 DMA2_STREAM3 */
            unexpected_interrupt, /* 60 DMA2_STREAM4 */
            unexpected_interrupt, /* 61 RESERVED_61 */
            unexpected_interrupt, /* 62 RESERVED_62 */
            unexpected_interrupt, /* 63 FDCAN_CAL */
            unexpected_interrupt, /* 64 DFSDM1_FLT4 */
            unexpected_interrupt, /* 65 DFSDM1_FLT5 */
            unexpected_interrupt, /* 66 DFSDM1_FLT6 */
            unexpected_interrupt, /* 67 DFSDM1_FLT7 */
            unexpected_interrupt, /* 68 DMA2_STREAM5 */
            unexpected_interrupt, /* 69 DMA2_STREAM6 */
            unexpected_interrupt, /* 70 DMA2_STREAM7 */
            unexpected_interrupt, /* 71 USART6 */
            unexpected_interrupt, /* 72 I2C3_EV */
            unexpected_interrupt, /* 73 I2C3_ER */
            unexpected_interrupt, /* 74 OTG_HS_EP1_OUT */
            unexpected_interrupt, /* 75 OTG_HS_EP1_IN */
            unexpected_interrupt, /* 76 OTG_HS_WKUP */
            unexpected_interrupt, /* 77 OTG_HS */
            unexpected_interrupt, /* 78 DCMI_PSSI */
            unexpected_interrupt, /* 79 RESERVED_79 */
            unexpected_interrupt, /* 80 RNG */
            unexpected_interrupt, /* 81 FPU */
            unexpected_interrupt, /* 82 UART7 */
            unexpected_interrupt, /* 83 UART8 */
            unexpected_interrupt, /* 84 SPI4 */
            unexpected_interrupt, /* 85 SPI5 */
            unexpected_interrupt, /* 86 SPI6 */
            unexpected_interrupt, /* 87 SAI1 */
            unexpected_interrupt, /* 88 LTDC */
            unexpected_interrupt, /* 89 LTDC_ER */
            unexpected_interrupt, /* 90 DMA2D */
            unexpected_interrupt, /* 91 SAI2 */
            unexpected_interrupt, /* 92 OCTOSPI1 */
            unexpected_interrupt, /* 93 LPTIM1 */
            unexpected_interrupt, /* 94 CEC */
            unexpected_interrupt, /* 95 I2C4_EV */
            unexpected_interrupt, /* 96 I2C4_ER */
            unexpected_interrupt, /* 97 SPDIF_RX */
            unexpected_interrupt, /* 98 RESERVED_98 */
            unexpected_interrupt, /* 99 RESERVED_99 */
            unexpected_interrupt, /* 100 RESERVED_100 */
            unexpected_interrupt, /* 101 RESERVED_101 */
            unexpected_interrupt, /* 102 DMAMUX1_OVR */
            unexpected_interrupt, /* 103 RESERVED_103 */
            unexpected_interrupt, /* 104 RESERVED_104 */
            unexpected_interrupt, /* 105 RESERVED_105 */
            unexpected_interrupt, /* 106 RESERVED_106 */
            unexpected_interrupt, /* 107 RESERVED_107 */
            unexpected_interrupt, /* 108 RESERVED_108 */
            unexpected_interrupt, /* 109 RESERVED_109 */
            unexpected_interrupt, /* 110 DFSDM1_FLT0 */
            unexpected_interrupt, /* 111 DFSDM1_FLT1 */
            unexpected_interrupt, /* 112 DFSDM1_FLT2 */
            unexpected_interrupt, /* 113 DFSDM1_FLT3 */
            unexpected_interrupt, /* 114 RESERVED_114 */
            unexpected_interrupt, /* 115 SWPMI1 */
            unexpected_interrupt, /* 116 TIM15 */
            unexpected_interrupt, /* 117 TIM16 */
            unexpected_interrupt, /* 118 TIM17 */
            unexpected_interrupt, /* 119 MDIOS_WKUP */
            unexpected_interrupt, /* 120 MDIOS */
            unexpected_interrupt, /* 121 JPEG */
            unexpected_interrupt, /* 122 MDMA */
            unexpected_interrupt, /* 123 RESERVED_123 */
            unexpected_interrupt, /* 124 SDMMC2 */
            unexpected_interrupt, /* 125 HSEM1 */
            unexpected_interrupt, /* 126 RESERVED_126 */
            unexpected_interrupt, /* 127 DAC2 */
            unexpected_interrupt, /* 128 DMAMUX2_OVR */
            unexpected_interrupt, /* 129 BDMA2_CH0 */
            unexpected_interrupt, /* 130 BDMA2_CH1 */
            unexpected_interrupt, /* 131 BDMA2_CH2 */
            unexpected_interrupt, /* 132 BDMA2_CH3 */
            unexpected_interrupt, /* 133 BDMA2_CH4 */
            unexpected_interrupt, /* 134 BDMA2_CH5 */
            unexpected_interrupt, /* 135 BDMA2_CH6 */
            unexpected_interrupt, /* 136 BDMA2_CH7 */
            unexpected_interrupt, /* 137 COMP */
            unexpected_interrupt, /* 138 LPTIM2 */
            unexpected_interrupt, /* 139 LPTIM3 */
            unexpected_interrupt, /* 140 UART9 */
            unexpected_interrupt, /* 141 USART10 */
            unexpected_interrupt, /* 142 LPUART1 */
            unexpected_interrupt, /* 143 WWDG_RST */
            unexpected_interrupt, /* 144 CRS */
            unexpected_interrupt, /* 145 ECC */
            unexpected_interrupt, /* 146 RESERVED_146 */
            unexpected_interrupt, /* 147 DTS */
            unexpected_interrupt, /* 148 RESERVED_148 */
            unexpected_interrupt, /* 149 WAKEUP_PIN */
            unexpected_interrupt, /* 150 OCTOSPI2 */
            unexpected_interrupt, /* 151 RESERVED_151 */
            unexpected_interrupt, /* 152 RESERVED_152 */
            unexpected_interrupt, /* 153 GFXMMU */
            unexpected_interrupt, /* 154 BDMA1 */
        },
};
