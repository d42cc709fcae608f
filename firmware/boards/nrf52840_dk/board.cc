// The nRF52840 DK's vectors, clock and console: UARTE0 on P0.06 (TXD) and P0.08 (RXD), the pins
// of the on-board debugger's virtual COM port.

#include "boards/board.h"

#include <cstring>

#include "boards/armv7m/registers.h"
#include "boards/armv7m/vectors.h"
#include "boards/nrf52840_dk/nrf52840.h"

namespace board {

const char kName[] = "nrf52840_dk";

namespace {

using namespace nrf52840;

constexpr uint32_t kCoreHz = 64'000'000;  // the same from HFINT and HFXO, chapter "CLOCK"
constexpr uint32_t kTxPin = 6;
constexpr uint32_t kRxPin = 8;

// The crystal starts in under a millisecond (chapter "CLOCK", t_START,HFXO); some 20 ms of polling.
constexpr uint32_t kReadyPolls = 200'000;

RingBuffer* g_received;
volatile uint32_t g_line_errors;
volatile uint32_t g_pauses;
volatile bool g_paused;

// EasyDMA writes each byte here. One byte at a time loses none: while the handler runs, the
// receiver keeps what comes in its own FIFO, and starts the next transfer from there.
volatile uint8_t g_rx_byte;
uint8_t g_tx_buffer[64];

void Uarte0Handler() {
  if (UARTE0->EVENTS_ERROR) {
    UARTE0->EVENTS_ERROR = 0;
    UARTE0->ERRORSRC = UARTE0->ERRORSRC;  // each bit is cleared by writing a one
    g_line_errors = g_line_errors + 1;
  }
  // One byte a call: the next transfer can end before this handler does, and its event then calls
  // again. In a loop that byte would leave a pending interrupt behind, for nothing.
  if (UARTE0->EVENTS_ENDRX) {
    if (g_received->IsFull()) {
      g_pauses = g_pauses + 1;
      g_paused = true;
      UARTE0->INTENCLR = UARTE_INT_ENDRX;  // the event stays, and g_rx_byte with it
      return;
    }
    UARTE0->EVENTS_ENDRX = 0;
    g_received->Push(g_rx_byte);
    UARTE0->TASKS_STARTRX = 1;
  }
}

// EasyDMA reaches data RAM only (chapter "EasyDMA"): what lies in flash is copied first.
bool IsInDataRam(const void* data) {
  constexpr uint32_t kDataRamRegion = 0x20000000 >> 29;
  return reinterpret_cast<uintptr_t>(data) >> 29 == kDataRamRegion;
}

void Transmit(const void* data, size_t size) {
  UARTE0->EVENTS_ENDTX = 0;
  UARTE0->TXD_PTR = reinterpret_cast<uintptr_t>(data);
  UARTE0->TXD_MAXCNT = size;
  asm volatile("dsb" ::: "memory");  // the buffer is in memory before EasyDMA reads it
  UARTE0->TASKS_STARTTX = 1;
  while (!UARTE0->EVENTS_ENDTX) {
  }
}

}  // namespace

extern "C" {
[[gnu::section(".vectors")]] extern const armv7m::VectorTable<kInterrupts> kVectors;
constexpr armv7m::VectorTable<kInterrupts> kVectors =
    armv7m::VectorTable<kInterrupts>().With(kUarte0Interrupt, Uarte0Handler);
}

Clock StartClocks() {
  NVMC_CACHE->ICACHECNF = NVMC_ICACHECNF_CACHEEN;
  CLOCK->EVENTS_HFCLKSTARTED = 0;
  CLOCK->TASKS_HFCLKSTART = 1;
  for (uint32_t polls = 0; polls < kReadyPolls; ++polls) {
    if (CLOCK->EVENTS_HFCLKSTARTED) return {kCoreHz, "HFXO"};
  }
  return {kCoreHz, "HFINT, the HFXO crystal did not start"};
}

void StartUart(RingBuffer* received) {
  g_received = received;
  P0->OUTSET = 1u << kTxPin;  // the line idles high
  P0->PIN_CNF[kTxPin] = GPIO_PIN_CNF_DIR_OUTPUT | GPIO_PIN_CNF_INPUT_DISCONNECT;
  P0->PIN_CNF[kRxPin] = GPIO_PIN_CNF_PULL_UP;
  UARTE0->PSEL_TXD = kTxPin;
  UARTE0->PSEL_RXD = kRxPin;
  UARTE0->PSEL_RTS = UARTE_PSEL_DISCONNECTED;
  UARTE0->PSEL_CTS = UARTE_PSEL_DISCONNECTED;
  UARTE0->BAUDRATE = UARTE_BAUDRATE_115200;
  UARTE0->CONFIG = 0;  // no parity, one stop bit, no flow control
  UARTE0->ENABLE = UARTE_ENABLE_ENABLED;
  UARTE0->RXD_PTR = reinterpret_cast<uintptr_t>(&g_rx_byte);
  UARTE0->RXD_MAXCNT = 1;
  UARTE0->INTENSET = UARTE_INT_ENDRX | UARTE_INT_ERROR;
  armv7m::EnableInterrupt(kUarte0Interrupt);
  UARTE0->TASKS_STARTRX = 1;
}

void ResumeReception() {
  if (!g_paused) return;
  g_paused = false;
  UARTE0->INTENSET = UARTE_INT_ENDRX;
}

uint32_t ReceptionPauses() { return g_pauses; }

void Send(const void* data, size_t size) {
  if (size == 0) return;
  if (IsInDataRam(data)) {
    Transmit(data, size);
    return;
  }
  const auto* bytes = static_cast<const uint8_t*>(data);
  while (size > 0) {
    const size_t count = size < sizeof(g_tx_buffer) ? size : sizeof(g_tx_buffer);
    std::memcpy(g_tx_buffer, bytes, count);
    Transmit(g_tx_buffer, count);
    bytes += count;
    size -= count;
  }
}

uint32_t LineErrors() { return g_line_errors; }

}  // namespace board
