// Work for the benchmarks: an int8 convolution as kernels have it, and a branchy sort.
#include "testlib.h"

enum { SIDE = 24, CHANNELS = 8, TAPS = 9 };
int8_t image[SIDE * SIDE * CHANNELS], weights[CHANNELS * TAPS * CHANNELS];
int32_t output[SIDE * SIDE * CHANNELS];
uint32_t keys[512];

void NOINLINE convolve(void) {
  for (int y = 1; y < SIDE - 1; y++) {
    for (int x = 1; x < SIDE - 1; x++) {
      for (int out = 0; out < CHANNELS; out++) {
        int32_t sum = 0;
        const int8_t *w = weights + out * TAPS * CHANNELS;
        for (int dy = -1; dy <= 1; dy++) {
          for (int dx = -1; dx <= 1; dx++) {
            const int8_t *pixel = image + ((y + dy) * SIDE + x + dx) * CHANNELS;
            for (int in = 0; in < CHANNELS; in += 4) {
              sum += pixel[in] * w[0] + pixel[in + 1] * w[1];
              sum += pixel[in + 2] * w[2] + pixel[in + 3] * w[3];
              w += 4;
            }
          }
        }
        output[(y * SIDE + x) * CHANNELS + out] = sum;
      }
    }
  }
}

void NOINLINE sort(void) {
  uint32_t seed = 1;
  for (int i = 0; i < 512; i++) keys[i] = seed = seed * 1664525 + 1013904223;
  for (int i = 1; i < 512; i++) {
    uint32_t key = keys[i];
    int j = i - 1;
    for (; j >= 0 && keys[j] > key; j--) keys[j + 1] = keys[j];
    keys[j + 1] = key;
  }
}

int main(void) {
  for (int i = 0; i < (int)sizeof image; i++) image[i] = (int8_t)(i * 7);
  for (int i = 0; i < (int)sizeof weights; i++) weights[i] = (int8_t)(i * 13);
  for (;;) {
    convolve();
    sort();
  }
}
