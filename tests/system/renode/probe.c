// Firmware for tests of an engine: each byte on USART2 asks for one thing that an engine must show.
//   'a'..'e'  answered with the next letter, from the interrupt
//   'u'       an undefined instruction: UsageFault
//   'j'       a jump to an address with nothing behind it
//   'w'       a write to such an address
//   'r'       a system reset
//   't'       ten SysTick interrupts, then "ticked"
// It sleeps in between, with nothing that could wake it but the next byte.
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t*)(address))

// RM0090, 30.6 and table 62
static volatile uint32_t* const kUsart2 = (volatile uint32_t*)0x40004400;
enum { kStatus = 0, kData = 1, kControl1 = 3 };
enum { kStatusTxe = 1 << 7, kControlUeRxneieTeRe = 0x202C, kUsart2Irq = 38 };

// ARM DDI 0403E, B3.2 to B3.4
#define SYST_CSR REGISTER(0xE000E010)
#define SYST_RVR REGISTER(0xE000E014)
#define NVIC_ISER1 REGISTER(0xE000E104)
#define AIRCR REGISTER(0xE000ED0C)
#define SHCSR REGISTER(0xE000ED24)
enum { kFaultsEnabled = 7 << 16, kTicksWithInterrupt = 7 };
static const uint32_t kSysResetReq = 0x05FA0004;

static const uint32_t kNothingThere = 0x90000000;
static const uint32_t kRounds = 100000;

static volatile uint32_t g_command, g_ticks;

static void Put(char c) {
  while (!(kUsart2[kStatus] & kStatusTxe)) {
  }
  kUsart2[kData] = (uint32_t)c;
}

static void Print(const char* text) {
  while (*text) Put(*text++);
}

// 7 instructions a round, one of them in an IT block and not always executed.
__attribute__((noinline)) uint32_t Work(uint32_t rounds) {
  uint32_t value = 1;
  for (uint32_t i = 0; i < rounds; ++i) {
    value = value * 1664525u + 1013904223u;
    if (value & 0x10) value ^= i;
  }
  return value;
}

static void OnSysTick(void) {
  if (++g_ticks == 10) SYST_CSR = 0;
}

static void OnUsart2(void) {
  const char c = (char)kUsart2[kData];
  if (c >= 'a' && c <= 'e') {
    Put((char)(c + 1));
  } else {
    g_command = (uint32_t)c;
  }
}

static void OnHardFault(void) {
  Print("HardFault\n");
  for (;;) {
  }
}

static void OnUsageFault(void) {
  Print("UsageFault\n");
  for (;;) {
  }
}

static void Tick(void) {
  g_ticks = 0;
  SYST_RVR = 999;
  SYST_CSR = kTicksWithInterrupt;
  while (g_ticks < 10) __asm volatile("wfi");
  Print("ticked\n");
}

static void Obey(uint32_t command) {
  if (command == 'u') __asm volatile("udf #1");
  if (command == 'j') ((void (*)(void))(kNothingThere | 1))();
  if (command == 'w') REGISTER(kNothingThere) = 1;
  if (command == 'r') AIRCR = kSysResetReq;
  if (command == 't') Tick();
}

static void OnReset(void) {
  SHCSR |= kFaultsEnabled;
  kUsart2[kControl1] = kControlUeRxneieTeRe;
  NVIC_ISER1 = 1u << (kUsart2Irq - 32);
  Print("hello\n");
  Print(Work(kRounds) ? "done\n" : "zero\n");
  for (;;) {
    __asm volatile("wfi");
    const uint32_t command = g_command;
    g_command = 0;
    Obey(command);
  }
}

__attribute__((section(".vectors"), used)) void* const kVectors[16 + kUsart2Irq + 1] = {
    [0] = (void*)0x20010000, [1] = OnReset,      [3] = OnHardFault, [4] = OnHardFault,
    [5] = OnHardFault,       [6] = OnUsageFault, [15] = OnSysTick,  [16 + 38] = OnUsart2};
