// Flash that is programmed over and over, word by word, and executed in between.
#include "testlib.h"

#define FLASH_KEYR REG(0x40023C04)
#define FLASH_CR REG(0x40023C10)
#define SECTOR_11 0x080E0000u
#define ALIAS_11 0x000E0000u

typedef uint32_t (*Function)(void);

static void erase(void) {
  FLASH_CR = 2 << 8 | 11 << 3 | 2;
  FLASH_CR |= 1 << 16;
  FLASH_CR = 0;
}

static void program(uint32_t address, uint32_t value) {
  FLASH_CR = 2 << 8 | 1;
  REG(address) = value;
  FLASH_CR = 2 << 8;
}

// movs r0, #value; bx lr
static uint32_t returning(uint32_t value) { return 0x47702000 | value; }

static uint32_t call(uint32_t address) { return ((Function)(address | 1))(); }

int main(void) {
  FLASH_KEYR = 0x45670123;
  FLASH_KEYR = 0xCDEF89AB;
  for (uint32_t round = 1; round <= 3; round++) {
    erase();
    program(SECTOR_11, returning(0x10 * round | 0xF));
    print_hex("programmed", call(SECTOR_11));
    print_hex("at its alias", call(ALIAS_11));
    program(SECTOR_11, returning(0x10 * round));  // from 1 to 0 without an erase
    print_hex("programmed again", call(SECTOR_11));
    print_hex("at its alias", call(ALIAS_11));
  }
  return 0;
}
