// Bit-band aliases of RAM.
#include "testlib.h"

static volatile uint32_t word;

int main(void) {
  volatile uint32_t *alias =
      (volatile uint32_t *)(0x22000000 + ((uint32_t)&word - 0x20000000) * 32);
  word = 0;
  alias[3] = 1;
  alias[31] = 0xFF;
  print_hex("word", word);
  alias[3] = 0;
  print_hex("word", word);
  print_hex("bit 31", alias[31]);
  print_hex("bit 3", alias[3]);
  return 0;
}
