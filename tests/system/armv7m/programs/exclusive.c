// The local exclusive monitor (A3.4.1), and what clears it.
#include "rules.h"

static volatile uint32_t word, in_handler;
static volatile uint16_t halfword_;
static volatile uint8_t byte_;

static uint32_t load(void) {
  uint32_t value;
  __asm volatile("ldrex %0, [%1]" : "=r"(value) : "r"(&word) : "memory");
  return value;
}
static uint32_t store(uint32_t value) {
  uint32_t failed;
  __asm volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(value), "r"(&word) : "memory");
  return failed;
}

void Irq0Handler(void) {
  if (in_handler == 1) load();
  if (in_handler == 2) print_hex("x.in_handler", store(9));
}
void SvcHandler(void) {}

int main(void) {
  NVIC_ISER0 = 1;
  print_hex("x.without_load", store(1));
  load();
  print_hex("x.pair", store(2));
  print_hex("x.stored", word);
  print_hex("x.twice", store(3));
  load();
  __asm volatile("clrex");
  print_hex("x.clrex", store(3));
  load();
  PEND(0);
  print_hex("x.interrupt", store(4));
  print_hex("x.interrupt.word", word);
  load();
  __asm volatile("svc 0" ::: "memory");
  print_hex("x.svc", store(5));
  in_handler = 1;
  PEND(0);
  print_hex("x.handlers_load", store(6));
  in_handler = 2;
  load();
  PEND(0);
  in_handler = 0;
  uint32_t failed;
  __asm volatile("ldrexb r1, [%1]\n strexb %0, r1, [%1]" : "=&r"(failed) : "r"(&byte_) : "r1");
  print_hex("x.byte", failed);
  __asm volatile("ldrexb r1, [%0]" ::"r"(&byte_) : "r1");
  PEND(0);
  __asm volatile("strexb %0, r1, [%1]" : "=&r"(failed) : "r"(&byte_) : "r1");
  print_hex("x.byte.interrupt", failed);
  __asm volatile("ldrexh r1, [%0]" ::"r"(&halfword_) : "r1");
  PEND(0);
  __asm volatile("strexh %0, r1, [%1]" : "=&r"(failed) : "r"(&halfword_) : "r1");
  print_hex("x.halfword.interrupt", failed);
  return 0;
}
