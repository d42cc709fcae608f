// What a C library asks of the host before and while a program runs, and an exit code.
#include "testlib.h"

static int open_file(const char *name, int mode) {
  uint32_t length = 0;
  while (name[length]) length++;
  const uint32_t block[3] = {(uint32_t)name, (uint32_t)mode, length};
  return semihost(0x01, block);
}

static int transfer(int operation, int handle, void *data, uint32_t length) {
  const uint32_t block[3] = {(uint32_t)handle, (uint32_t)data, length};
  return semihost(operation, block);
}

static void write_line(int handle, char *text, uint32_t length) {
  print_hex("not written", (uint32_t)transfer(0x05, handle, text, length));
}

int main(void) {
  static char line[] = "by handle\n";
  const int out = open_file(":tt", 4);
  write_line(out, line, sizeof line - 1);
  write_line(open_file(":tt", 8), line, sizeof line - 1);

  uint8_t features[5] = {0};
  const int file = open_file(":semihosting-features", 0);
  const uint32_t handle[2] = {(uint32_t)file, 4};
  print_hex("length", (uint32_t)semihost(0x0C, handle));
  print_hex("not read", (uint32_t)transfer(0x06, file, features, 4));
  print_hex("magic",
            features[0] | features[1] << 8 | features[2] << 16 | (uint32_t)features[3] << 24);
  print_hex("seek", (uint32_t)semihost(0x0A, handle));
  print_hex("not read", (uint32_t)transfer(0x06, file, features, 1));
  print_hex("exit extended", features[0] & 1);
  print_hex("close", (uint32_t)semihost(0x02, handle));

  print_hex("no such file", (uint32_t)open_file("/no/such/file", 0));
  print("end\n");
  const uint32_t ending[2] = {0x20026, 3};
  semihost(0x20, ending);
  for (;;) {
  }
}
