// The STM32F4 discovery board's vectors and its console: USART2 on PA2 (TX) and PA3 (RX).

#include "boards/board.h"

#include "boards/armv7m/registers.h"
#include "boards/armv7m/vectors.h"
#include "boards/stm32f4_discovery/clocks.h"
#include "boards/stm32f4_discovery/stm32f407.h"

namespace board {

const char kName[] = "stm32f4_discovery";

namespace {

using namespace stm32f407;

constexpr uint32_t kBaud = 115'200;
constexpr uint32_t kTxPin = 2;
constexpr uint32_t kRxPin = 3;
constexpr uint32_t kAfUsart2 = 7;  // DS8626 table 9: AF7 of PA2 and PA3

constexpr uint32_t kUartOn = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE;

RingBuffer* g_received;
volatile uint32_t g_line_errors;
volatile uint32_t g_pauses;
volatile bool g_paused;

void ConnectPin(uint32_t pin) {
  GPIOA->AFR[0] = GPIOA->AFR[0] | kAfUsart2 << (4 * pin);
  GPIOA->PUPDR = GPIOA->PUPDR | GPIO_PUPDR_PULL_UP << (2 * pin);
  GPIOA->MODER = GPIOA->MODER | GPIO_MODER_ALTERNATE << (2 * pin);
}

// Reading SR and then DR clears the error flags with RXNE, RM0090 section 30.6.1. After an
// overrun DR still holds the byte before it.
void Usart2Handler() {
  const uint32_t status = USART2->SR;
  if (status & (USART_SR_ORE | USART_SR_NF | USART_SR_FE | USART_SR_PE)) {
    g_line_errors = g_line_errors + 1;
  }
  if (!(status & (USART_SR_RXNE | USART_SR_ORE))) return;
  if (g_received->IsFull()) {
    g_pauses = g_pauses + 1;
    g_paused = true;
    USART2->CR1 = kUartOn;
    return;
  }
  const uint8_t byte = static_cast<uint8_t>(USART2->DR);
  if (status & USART_SR_RXNE) g_received->Push(byte);
}

}  // namespace

extern "C" {
[[gnu::section(".vectors")]] extern const armv7m::VectorTable<kInterrupts> kVectors;
constexpr armv7m::VectorTable<kInterrupts> kVectors =
    armv7m::VectorTable<kInterrupts>().With(kUsart2Interrupt, Usart2Handler);
}

void StartUart(RingBuffer* received) {
  g_received = received;
  RCC->AHB1ENR = RCC->AHB1ENR | RCC_AHB1ENR_GPIOAEN;
  RCC->APB1ENR = RCC->APB1ENR | RCC_APB1ENR_USART2EN;
  (void)RCC->APB1ENR;  // a peripheral answers two cycles after its clock is enabled, section 7.2.16
  ConnectPin(kTxPin);
  ConnectPin(kRxPin);
  // With OVER8 = 0 the divider in sixteenths is the clock over the baud rate, section 30.3.4.
  USART2->BRR = (Apb1Hz() + kBaud / 2) / kBaud;
  USART2->CR1 = kUartOn | USART_CR1_RXNEIE;
  armv7m::EnableInterrupt(kUsart2Interrupt);
}

void ResumeReception() {
  if (!g_paused) return;
  g_paused = false;
  USART2->CR1 = kUartOn | USART_CR1_RXNEIE;
}

uint32_t ReceptionPauses() { return g_pauses; }

void Send(const void* data, size_t size) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  for (size_t i = 0; i < size; ++i) {
    while (!(USART2->SR & USART_SR_TXE)) {
    }
    USART2->DR = bytes[i];
  }
}

uint32_t LineErrors() { return g_line_errors; }

}  // namespace board
