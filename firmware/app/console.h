// Lines of text on the console UART, between the frames. TFLM's log comes out here too.
#ifndef FIRMWARE_APP_CONSOLE_H_
#define FIRMWARE_APP_CONSOLE_H_

namespace app {

// Prints a line; see Format() for the conversions. Lines are cut at 160 characters.
[[gnu::format(printf, 1, 2)]] void Log(const char* format, ...);

// The first line that the runtime has logged since ClearRuntimeLog(), or "": the first message is
// the one that names the cause.
const char* FirstRuntimeLog();
void ClearRuntimeLog();

}  // namespace app

#endif  // FIRMWARE_APP_CONSOLE_H_
