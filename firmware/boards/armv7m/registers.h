// Core registers of the Cortex-M4, named as in the ARMv7-M Architecture Reference Manual
// (DDI 0403E), sections B3.2 (SCB), B3.4 (NVIC), B1.5.7 (FPU) and C1.8 (DWT).
#ifndef FIRMWARE_BOARDS_ARMV7M_REGISTERS_H_
#define FIRMWARE_BOARDS_ARMV7M_REGISTERS_H_

#include <cstdint>

namespace armv7m {

// System Control Block, DDI 0403E B3.2.2.
struct ScbRegisters {
  volatile uint32_t CPUID;
  volatile uint32_t ICSR;
  volatile uint32_t VTOR;
  volatile uint32_t AIRCR;
  volatile uint32_t SCR;
  volatile uint32_t CCR;
  volatile uint32_t SHPR[3];
  volatile uint32_t SHCSR;
  volatile uint32_t CFSR;
  volatile uint32_t HFSR;
  volatile uint32_t DFSR;
  volatile uint32_t MMFAR;
  volatile uint32_t BFAR;
  volatile uint32_t AFSR;
  volatile uint32_t reserved[18];
  volatile uint32_t CPACR;
};
inline ScbRegisters* const SCB = reinterpret_cast<ScbRegisters*>(0xE000ED00);

// B3.2.8 Configuration and Control Register.
constexpr uint32_t CCR_DIV_0_TRP = 1u << 4;
constexpr uint32_t CCR_STKALIGN = 1u << 9;
// B3.2.13 System Handler Control and State Register.
constexpr uint32_t SHCSR_MEMFAULTENA = 1u << 16;
constexpr uint32_t SHCSR_BUSFAULTENA = 1u << 17;
constexpr uint32_t SHCSR_USGFAULTENA = 1u << 18;
// B3.2.20 Coprocessor Access Control Register: full access to CP10 and CP11, the FPU.
constexpr uint32_t CPACR_CP10_CP11_FULL = 0xFu << 20;

// Floating-point context control, B3.2.21. ASPEN and LSPEN together are lazy stacking.
struct FpuRegisters {
  volatile uint32_t FPCCR;
  volatile uint32_t FPCAR;
  volatile uint32_t FPDSCR;
};
inline FpuRegisters* const FPU = reinterpret_cast<FpuRegisters*>(0xE000EF34);
constexpr uint32_t FPCCR_LSPEN = 1u << 30;
constexpr uint32_t FPCCR_ASPEN = 1u << 31;

// Interrupt Set-Enable Registers of the NVIC, B3.4.4.
struct NvicRegisters {
  volatile uint32_t ISER[16];
};
inline NvicRegisters* const NVIC = reinterpret_cast<NvicRegisters*>(0xE000E100);

inline void EnableInterrupt(uint32_t number) { NVIC->ISER[number / 32] = 1u << (number % 32); }

// Data Watchpoint and Trace unit, C1.8.
struct DwtRegisters {
  volatile uint32_t CTRL;
  volatile uint32_t CYCCNT;
};
inline DwtRegisters* const DWT = reinterpret_cast<DwtRegisters*>(0xE0001000);
constexpr uint32_t DWT_CTRL_CYCCNTENA = 1u << 0;

// Debug Exception and Monitor Control Register, C1.6.5; TRCENA powers the DWT.
inline volatile uint32_t* const DEMCR = reinterpret_cast<volatile uint32_t*>(0xE000EDFC);
constexpr uint32_t DEMCR_TRCENA = 1u << 24;

// Lets CYCCNT run on from where it is.
inline void StartCycleCounter() {
  *DEMCR = *DEMCR | DEMCR_TRCENA;
  DWT->CTRL = DWT->CTRL | DWT_CTRL_CYCCNTENA;
}

// Sleeps until an interrupt has something for the caller; `is_ready` is asked with interrupts
// masked, so that one which arrives between the question and the WFI still wakes the core.
template <typename Predicate>
void SleepUntil(Predicate is_ready) {
  for (;;) {
    asm volatile("cpsid i" ::: "memory");
    const bool ready = is_ready();
    if (!ready) asm volatile("dsb\n wfi" ::: "memory");
    asm volatile("cpsie i\n isb" ::: "memory");
    if (ready) return;
  }
}

}  // namespace armv7m

#endif  // FIRMWARE_BOARDS_ARMV7M_REGISTERS_H_
