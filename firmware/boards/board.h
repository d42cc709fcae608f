// What the application needs from a board; each folder beside this file implements it.
#ifndef FIRMWARE_BOARDS_BOARD_H_
#define FIRMWARE_BOARDS_BOARD_H_

#include <cstddef>
#include <cstdint>

#include "boards/ring_buffer.h"

namespace board {

struct Clock {
  uint32_t core_hz;
  const char* source;
};

extern const char kName[];

// Starts the clock tree. Every wait for a ready bit is bounded: where a crystal does not start,
// the board goes on with its internal oscillator and says so in the result.
Clock StartClocks();

// Starts the console UART, 115200 baud 8N1. Received bytes go to `received` by interrupt. When it
// is full, reception pauses until ResumeReception: on silicon the line then overruns, which is
// counted; an emulated UART that delivers faster than any line keeps its bytes.
void StartUart(RingBuffer* received);

// Goes on receiving after a pause. The consumer calls it when it has emptied the buffer.
void ResumeReception();

// How often reception had to pause.
uint32_t ReceptionPauses();

// Sends `size` bytes on the console UART and returns when the last one is on its way. Needs no
// interrupt, so that a fault handler can call it.
void Send(const void* data, size_t size);

// Framing, noise, parity and overrun errors that the UART has reported.
uint32_t LineErrors();

}  // namespace board

#endif  // FIRMWARE_BOARDS_BOARD_H_
