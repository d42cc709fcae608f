// Registers of the STM32F407 that this board uses, named as in RM0090 (Rev 19).
#ifndef FIRMWARE_BOARDS_STM32F4_DISCOVERY_STM32F407_H_
#define FIRMWARE_BOARDS_STM32F4_DISCOVERY_STM32F407_H_

#include <cstdint>

namespace stm32f407 {

// Reset and clock control, RM0090 section 7.3.
struct RccRegisters {
  volatile uint32_t CR;
  volatile uint32_t PLLCFGR;
  volatile uint32_t CFGR;
  volatile uint32_t CIR;
  volatile uint32_t AHB1RSTR;
  volatile uint32_t AHB2RSTR;
  volatile uint32_t AHB3RSTR;
  volatile uint32_t reserved_1C;
  volatile uint32_t APB1RSTR;
  volatile uint32_t APB2RSTR;
  volatile uint32_t reserved_28[2];
  volatile uint32_t AHB1ENR;
  volatile uint32_t AHB2ENR;
  volatile uint32_t AHB3ENR;
  volatile uint32_t reserved_3C;
  volatile uint32_t APB1ENR;
};
inline RccRegisters* const RCC = reinterpret_cast<RccRegisters*>(0x40023800);
// 7.3.1 RCC_CR
constexpr uint32_t RCC_CR_HSEON = 1u << 16;
constexpr uint32_t RCC_CR_HSERDY = 1u << 17;
constexpr uint32_t RCC_CR_PLLON = 1u << 24;
constexpr uint32_t RCC_CR_PLLRDY = 1u << 25;
// 7.3.2 RCC_PLLCFGR
constexpr uint32_t RCC_PLLCFGR_PLLM_POS = 0;
constexpr uint32_t RCC_PLLCFGR_PLLN_POS = 6;
constexpr uint32_t RCC_PLLCFGR_PLLP_POS = 16;
constexpr uint32_t RCC_PLLCFGR_PLLSRC_HSE = 1u << 22;
constexpr uint32_t RCC_PLLCFGR_PLLQ_POS = 24;
// 7.3.3 RCC_CFGR
constexpr uint32_t RCC_CFGR_SW_PLL = 2u << 0;
constexpr uint32_t RCC_CFGR_SWS_MASK = 3u << 2;
constexpr uint32_t RCC_CFGR_SWS_PLL = 2u << 2;
constexpr uint32_t RCC_CFGR_PPRE1_DIV4 = 5u << 10;
constexpr uint32_t RCC_CFGR_PPRE2_DIV2 = 4u << 13;
// 7.3.10 RCC_AHB1ENR, 7.3.13 RCC_APB1ENR
constexpr uint32_t RCC_AHB1ENR_GPIOAEN = 1u << 0;
constexpr uint32_t RCC_APB1ENR_USART2EN = 1u << 17;
constexpr uint32_t RCC_APB1ENR_PWREN = 1u << 28;

// Power control, RM0090 section 5.4.
struct PwrRegisters {
  volatile uint32_t CR;
  volatile uint32_t CSR;
};
inline PwrRegisters* const PWR = reinterpret_cast<PwrRegisters*>(0x40007000);
constexpr uint32_t PWR_CR_VOS_SCALE1 = 1u << 14;
constexpr uint32_t PWR_CSR_VOSRDY = 1u << 14;

// Flash interface, RM0090 section 3.9.1.
struct FlashRegisters {
  volatile uint32_t ACR;
};
inline FlashRegisters* const FLASH = reinterpret_cast<FlashRegisters*>(0x40023C00);
constexpr uint32_t FLASH_ACR_LATENCY_MASK = 7u << 0;
constexpr uint32_t FLASH_ACR_PRFTEN = 1u << 8;
constexpr uint32_t FLASH_ACR_ICEN = 1u << 9;
constexpr uint32_t FLASH_ACR_DCEN = 1u << 10;

// General-purpose I/O, RM0090 section 8.4.
struct GpioRegisters {
  volatile uint32_t MODER;
  volatile uint32_t OTYPER;
  volatile uint32_t OSPEEDR;
  volatile uint32_t PUPDR;
  volatile uint32_t IDR;
  volatile uint32_t ODR;
  volatile uint32_t BSRR;
  volatile uint32_t LCKR;
  volatile uint32_t AFR[2];
};
inline GpioRegisters* const GPIOA = reinterpret_cast<GpioRegisters*>(0x40020000);
constexpr uint32_t GPIO_MODER_ALTERNATE = 2;
constexpr uint32_t GPIO_PUPDR_PULL_UP = 1;

// Universal synchronous asynchronous receiver transmitter, RM0090 section 30.6.
struct UsartRegisters {
  volatile uint32_t SR;
  volatile uint32_t DR;
  volatile uint32_t BRR;
  volatile uint32_t CR1;
  volatile uint32_t CR2;
  volatile uint32_t CR3;
};
inline UsartRegisters* const USART2 = reinterpret_cast<UsartRegisters*>(0x40004400);
// 30.6.1 USART_SR
constexpr uint32_t USART_SR_PE = 1u << 0;
constexpr uint32_t USART_SR_FE = 1u << 1;
constexpr uint32_t USART_SR_NF = 1u << 2;
constexpr uint32_t USART_SR_ORE = 1u << 3;
constexpr uint32_t USART_SR_RXNE = 1u << 5;
constexpr uint32_t USART_SR_TXE = 1u << 7;
// 30.6.4 USART_CR1
constexpr uint32_t USART_CR1_RE = 1u << 2;
constexpr uint32_t USART_CR1_TE = 1u << 3;
constexpr uint32_t USART_CR1_RXNEIE = 1u << 5;
constexpr uint32_t USART_CR1_UE = 1u << 13;

// Positions in the vector table, RM0090 section 12.2, table 62.
constexpr uint32_t kUsart2Interrupt = 38;
constexpr uint32_t kInterrupts = 82;

}  // namespace stm32f407

#endif  // FIRMWARE_BOARDS_STM32F4_DISCOVERY_STM32F407_H_
