// Registers of the nRF52840 that this board uses, named as in its Product Specification (v1.7);
// each block cites the chapter whose "Registers" section lists them.
#ifndef FIRMWARE_BOARDS_NRF52840_DK_NRF52840_H_
#define FIRMWARE_BOARDS_NRF52840_DK_NRF52840_H_

#include <cstddef>
#include <cstdint>

namespace nrf52840 {

// CLOCK - Clock control.
struct ClockRegisters {
  volatile uint32_t TASKS_HFCLKSTART;
  volatile uint32_t reserved_004[63];
  volatile uint32_t EVENTS_HFCLKSTARTED;
};
static_assert(offsetof(ClockRegisters, EVENTS_HFCLKSTARTED) == 0x100);
inline ClockRegisters* const CLOCK = reinterpret_cast<ClockRegisters*>(0x40000000);

// NVMC - Non-volatile memory controller; only its instruction cache configuration.
struct NvmcCacheRegisters {
  volatile uint32_t ICACHECNF;
};
inline NvmcCacheRegisters* const NVMC_CACHE = reinterpret_cast<NvmcCacheRegisters*>(0x4001E540);
constexpr uint32_t NVMC_ICACHECNF_CACHEEN = 1u << 0;

// GPIO - General purpose input/output, from OUT on.
struct GpioRegisters {
  volatile uint32_t OUT;
  volatile uint32_t OUTSET;
  volatile uint32_t OUTCLR;
  volatile uint32_t IN;
  volatile uint32_t DIR;
  volatile uint32_t DIRSET;
  volatile uint32_t DIRCLR;
  volatile uint32_t LATCH;
  volatile uint32_t DETECTMODE;
  volatile uint32_t reserved_528[118];
  volatile uint32_t PIN_CNF[32];
};
static_assert(offsetof(GpioRegisters, PIN_CNF) == 0x700 - 0x504);
inline GpioRegisters* const P0 = reinterpret_cast<GpioRegisters*>(0x50000504);
constexpr uint32_t GPIO_PIN_CNF_DIR_OUTPUT = 1u << 0;
constexpr uint32_t GPIO_PIN_CNF_INPUT_DISCONNECT = 1u << 1;
constexpr uint32_t GPIO_PIN_CNF_PULL_UP = 3u << 2;

// UARTE - Universal asynchronous receiver/transmitter with EasyDMA.
struct UarteRegisters {
  volatile uint32_t TASKS_STARTRX;
  volatile uint32_t TASKS_STOPRX;
  volatile uint32_t TASKS_STARTTX;
  volatile uint32_t TASKS_STOPTX;
  volatile uint32_t reserved_010[64];
  volatile uint32_t EVENTS_ENDRX;
  volatile uint32_t reserved_114[3];
  volatile uint32_t EVENTS_ENDTX;
  volatile uint32_t EVENTS_ERROR;
  volatile uint32_t reserved_128[118];
  volatile uint32_t INTEN;
  volatile uint32_t INTENSET;
  volatile uint32_t INTENCLR;
  volatile uint32_t reserved_30C[93];
  volatile uint32_t ERRORSRC;
  volatile uint32_t reserved_484[31];
  volatile uint32_t ENABLE;
  volatile uint32_t reserved_504;
  volatile uint32_t PSEL_RTS;
  volatile uint32_t PSEL_TXD;
  volatile uint32_t PSEL_CTS;
  volatile uint32_t PSEL_RXD;
  volatile uint32_t reserved_518[3];
  volatile uint32_t BAUDRATE;
  volatile uint32_t reserved_528[3];
  volatile uint32_t RXD_PTR;
  volatile uint32_t RXD_MAXCNT;
  volatile uint32_t RXD_AMOUNT;
  volatile uint32_t reserved_540;
  volatile uint32_t TXD_PTR;
  volatile uint32_t TXD_MAXCNT;
  volatile uint32_t TXD_AMOUNT;
  volatile uint32_t reserved_550[7];
  volatile uint32_t CONFIG;
};
static_assert(offsetof(UarteRegisters, EVENTS_ENDRX) == 0x110);
static_assert(offsetof(UarteRegisters, EVENTS_ENDTX) == 0x120);
static_assert(offsetof(UarteRegisters, INTEN) == 0x300);
static_assert(offsetof(UarteRegisters, ERRORSRC) == 0x480);
static_assert(offsetof(UarteRegisters, ENABLE) == 0x500);
static_assert(offsetof(UarteRegisters, BAUDRATE) == 0x524);
static_assert(offsetof(UarteRegisters, RXD_PTR) == 0x534);
static_assert(offsetof(UarteRegisters, TXD_PTR) == 0x544);
static_assert(offsetof(UarteRegisters, CONFIG) == 0x56C);
inline UarteRegisters* const UARTE0 = reinterpret_cast<UarteRegisters*>(0x40002000);
constexpr uint32_t UARTE_INT_ENDRX = 1u << 4;
constexpr uint32_t UARTE_INT_ERROR = 1u << 9;
constexpr uint32_t UARTE_ENABLE_ENABLED = 8;
constexpr uint32_t UARTE_PSEL_DISCONNECTED = 0xFFFFFFFF;
constexpr uint32_t UARTE_BAUDRATE_115200 = 0x01D60000;

// The interrupt number is the peripheral's ID; chapter "Memory", section "Instantiation".
constexpr uint32_t kUarte0Interrupt = 2;
constexpr uint32_t kInterrupts = 48;

}  // namespace nrf52840

#endif  // FIRMWARE_BOARDS_NRF52840_DK_NRF52840_H_
