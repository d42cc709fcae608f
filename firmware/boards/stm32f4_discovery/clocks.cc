// 168 MHz from the 8 MHz crystal through the PLL; the 16 MHz internal oscillator without it.

#include "boards/stm32f4_discovery/clocks.h"

#include "boards/board.h"
#include "boards/stm32f4_discovery/stm32f407.h"

namespace board {
namespace {

using namespace stm32f407;

constexpr uint32_t kHsiHz = 16'000'000;  // RM0090 section 7.2.2
constexpr uint32_t kHseHz = 8'000'000;   // UM1472, X2 of the discovery board

// RM0090 section 7.3.2: VCO input 1 to 2 MHz, VCO 100 to 432 MHz, PLLQ output 48 MHz.
constexpr uint32_t kPllM = 8;
constexpr uint32_t kPllN = 336;
constexpr uint32_t kPllP = 2;
constexpr uint32_t kPllQ = 7;
constexpr uint32_t kPllHz = kHseHz / kPllM * kPllN / kPllP;
constexpr uint32_t kApb1Divider = 4;  // APB1 runs at 42 MHz at most, DS8626 table 14
static_assert(kPllHz == 168'000'000 && kPllHz / kApb1Divider <= 42'000'000);

// RM0090 section 3.5.1, table 10: 150 to 168 MHz at 2.7 to 3.6 V needs five wait states.
constexpr uint32_t kFlashLatency = 5;

// Crystals start within a few milliseconds (DS8626, t_SU(HSE) is 2 ms typically); this is some
// 30 ms of polling at 16 MHz, after which the crystal is taken for dead.
constexpr uint32_t kReadyPolls = 50'000;

uint32_t g_apb1_hz = kHsiHz;

bool WaitFor(const volatile uint32_t& reg, uint32_t mask, uint32_t value) {
  for (uint32_t polls = 0; polls < kReadyPolls; ++polls) {
    if ((reg & mask) == value) return true;
  }
  return false;
}

bool StartHse() {
  RCC->CR = RCC->CR | RCC_CR_HSEON;
  return WaitFor(RCC->CR, RCC_CR_HSERDY, RCC_CR_HSERDY);
}

// The regulator's scale may only be changed while the PLL is off, RM0090 section 5.1.3.
void SelectVoltageScale1() {
  RCC->APB1ENR = RCC->APB1ENR | RCC_APB1ENR_PWREN;
  (void)RCC->APB1ENR;  // a peripheral answers two cycles after its clock is enabled, section 7.2.16
  PWR->CR = PWR->CR | PWR_CR_VOS_SCALE1;
}

bool StartPll() {
  RCC->PLLCFGR = kPllM << RCC_PLLCFGR_PLLM_POS | kPllN << RCC_PLLCFGR_PLLN_POS |
                 (kPllP / 2 - 1) << RCC_PLLCFGR_PLLP_POS | RCC_PLLCFGR_PLLSRC_HSE |
                 kPllQ << RCC_PLLCFGR_PLLQ_POS;
  RCC->CR = RCC->CR | RCC_CR_PLLON;
  return WaitFor(RCC->CR, RCC_CR_PLLRDY, RCC_CR_PLLRDY) &&
         WaitFor(PWR->CSR, PWR_CSR_VOSRDY, PWR_CSR_VOSRDY);
}

// The ART accelerator: prefetch, instruction cache and data cache. The new latency counts once
// it reads back, RM0090 section 3.5.1.
bool SetFlashLatency() {
  FLASH->ACR = kFlashLatency | FLASH_ACR_PRFTEN | FLASH_ACR_ICEN | FLASH_ACR_DCEN;
  return WaitFor(FLASH->ACR, FLASH_ACR_LATENCY_MASK, kFlashLatency);
}

bool SwitchToPll() {
  RCC->CFGR = RCC_CFGR_PPRE1_DIV4 | RCC_CFGR_PPRE2_DIV2;
  RCC->CFGR = RCC->CFGR | RCC_CFGR_SW_PLL;
  return WaitFor(RCC->CFGR, RCC_CFGR_SWS_MASK, RCC_CFGR_SWS_PLL);
}

}  // namespace

Clock StartClocks() {
  if (!StartHse()) return {kHsiHz, "HSI, the HSE crystal did not start"};
  SelectVoltageScale1();
  if (!StartPll()) return {kHsiHz, "HSI, the PLL did not lock"};
  if (!SetFlashLatency()) return {kHsiHz, "HSI, the flash latency did not take"};
  if (!SwitchToPll()) return {kHsiHz, "HSI, the switch to the PLL failed"};
  g_apb1_hz = kPllHz / kApb1Divider;
  return {kPllHz, "HSE and PLL"};
}

uint32_t Apb1Hz() { return g_apb1_hz; }

}  // namespace board
