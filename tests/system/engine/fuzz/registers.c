// Reads and writes the register windows of windows.h at random: addresses, widths and values.
// Interrupts and faults are taken; the host sets the seed and reads how far it came, in `state`,
// which survives the resets that watchdogs and AIRCR make.
#include <stdint.h>

#include "windows.h"  // WINDOW_LIST: {start, size}, ...; made by the host

#define REG(address) (*(volatile uint32_t *)(address))
#define ACTLR REG(0xE000E008)
#define NVIC_ISER(n) REG(0xE000E100 + 4 * (n))
#define NVIC_ICER(n) REG(0xE000E180 + 4 * (n))
#define CFSR REG(0xE000ED28)
#define HFSR REG(0xE000ED2C)

#define DISDEFWBUF (1u << 1)  // of ACTLR: every refused store is precise
#define IMPRECISERR (1u << 10)
#define PRECISERR (1u << 9)
#define FIRST_INTERRUPT 16
#define INTERRUPT_WORDS 3

static const struct { uint32_t start, size; } windows[] = {WINDOW_LIST};

#define WINDOWS (sizeof windows / sizeof windows[0])
#define LARGE 0x100000
#define PAGES 64
#define PAGE 0x1000
#define REENABLE_EACH 256  // accesses, after which all interrupts are enabled again

volatile struct {
  uint32_t random, accesses, faults, interrupts;
} state __attribute__((section(".noinit")));

extern uint32_t stack_top[];

// Xorshift (Marsaglia 2003), with the triple 13, 17, 5.
static uint32_t next(void) {
  uint32_t x = state.random ? state.random : 1;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return state.random = x;
}

// What registers take: few bits, all bits, counts, addresses of memories and of other registers.
static uint32_t value(void) {
  uint32_t r = next();
  switch (r >> 28) {
    case 0 ... 4:
      return next();
    case 5 ... 7:
      return 1u << (r & 31);
    case 8 ... 9:
      return r & 0xF;
    case 10:
      return 0xFFFFFFFFu;
    case 11:
      return r & 0xFFFF;
    case 12 ... 13:  // RAM behind what this program uses, mostly
      return 0x20000000u + (r & 0x3FFFC) + (r >> 24 & 3 ? 0x4000 : 0);
    case 14:
      return r & 0xFFFFC;  // flash
    default:
      return windows[next() % WINDOWS].start + (r & 0xFFC);
  }
}

// Bit-band windows are of 32 MiB: of what is so large some pages stand for all, as a fault costs
// the emulation time for each page that was touched.
static uint32_t offset_in(uint32_t size) {
  uint32_t r = next();
  if (size < LARGE) return r % size;
  return r % PAGES * (size / PAGES) + (r >> 8) % PAGE;
}

static void access(void) {
  uint32_t r = next();
  uint32_t which = (r >> 8) % WINDOWS;
  uint32_t address = windows[which].start + offset_in(windows[which].size);
  int is_write = r & 1;
  switch (r >> 1 & 7) {
    case 0:
      if (is_write)
        *(volatile uint8_t *)address = value();
      else
        (void)*(volatile uint8_t *)address;
      break;
    case 1:
      address &= ~1u;
      if (is_write)
        *(volatile uint16_t *)address = value();
      else
        (void)*(volatile uint16_t *)address;
      break;
    default:
      address &= ~3u;
      if (is_write)
        REG(address) = value();
      else
        (void)REG(address);
      break;
  }
}

static void enable_all(void) {
  for (int i = 0; i < INTERRUPT_WORDS; i++) NVIC_ISER(i) = 0xFFFFFFFFu;
}

void reset_handler(void) {
  ACTLR |= DISDEFWBUF;
  enable_all();
  for (;;) {
    access();
    if (++state.accesses % REENABLE_EACH == 0) enable_all();
  }
}

// An interrupt is disabled: its line may stay high. A fault skips the instruction, unless it was
// the store of an earlier one.
__attribute__((used)) static void handle(uint32_t *frame) {
  uint32_t exception, status = CFSR;
  __asm volatile("mrs %0, ipsr" : "=r"(exception));
  if (exception >= FIRST_INTERRUPT) {
    uint32_t number = exception - FIRST_INTERRUPT;
    NVIC_ICER(number / 32) = 1u << (number % 32);
    state.interrupts++;
    return;
  }
  CFSR = status;
  HFSR = 0xFFFFFFFFu;
  state.faults++;
  if (!status || ((status & IMPRECISERR) && !(status & PRECISERR))) return;
  frame[6] += (*(volatile uint16_t *)frame[6] >> 11) >= 0x1D ? 4 : 2;
}

__attribute__((naked)) static void any(void) {
  __asm volatile("mov r0, sp\n push {r4, lr}\n bl handle\n pop {r4, pc}");
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16 + 96] = {
    stack_top, reset_handler, [2 ... 111] = any};
