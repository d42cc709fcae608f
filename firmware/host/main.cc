// Runs the model on the host. Requests on standard input: 'r' and the bytes of all inputs, or 'z',
// which resets the state. Each is answered with the TfLiteStatus as one byte, after 'r' and a
// success with the bytes of all outputs. The argument is the size of the arena in bytes.

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "app/model.h"
#include "tensorflow/lite/micro/debug_log.h"
#include "tensorflow/lite/micro/micro_interpreter.h"

extern "C" void DebugLog(const char* format, va_list arguments) {
  std::vfprintf(stderr, format, arguments);
}

extern "C" int DebugVsnprintf(char* buffer, size_t size, const char* format, va_list arguments) {
  return std::vsnprintf(buffer, size, format, arguments);
}

namespace {

bool ReadInputs(tflite::MicroInterpreter* interpreter) {
  for (size_t i = 0; i < interpreter->inputs_size(); ++i) {
    TfLiteTensor* input = interpreter->input(i);
    if (std::fread(input->data.raw, 1, input->bytes, stdin) != input->bytes) return false;
  }
  return true;
}

void WriteOutputs(tflite::MicroInterpreter* interpreter) {
  for (size_t i = 0; i < interpreter->outputs_size(); ++i) {
    const TfLiteTensor* output = interpreter->output(i);
    std::fwrite(output->data.raw, 1, output->bytes, stdout);
  }
}

void Answer(tflite::MicroInterpreter* interpreter, int request) {
  const bool runs = request == 'r';
  const TfLiteStatus status = runs ? interpreter->Invoke() : interpreter->Reset();
  std::putchar(status);
  if (runs && status == kTfLiteOk) WriteOutputs(interpreter);
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  constexpr size_t kAlignment = 16;
  const size_t bytes = std::strtoul(arguments[1], nullptr, 10) / kAlignment * kAlignment;
  auto* arena = static_cast<uint8_t*>(std::aligned_alloc(kAlignment, bytes));
  const tflite::MicroOpResolver* resolver = app::CreateOpResolver();
  if (arena == nullptr || resolver == nullptr) return 1;
  flatbuffers::Verifier verifier(app::kModel.data, app::kModel.size);
  if (!tflite::VerifyModelBuffer(verifier)) return 1;
  tflite::MicroInterpreter interpreter(tflite::GetModel(app::kModel.data), *resolver, arena, bytes);
  if (interpreter.AllocateTensors() != kTfLiteOk) return 1;
  for (int request = std::getchar(); request != EOF; request = std::getchar()) {
    if (request == 'r' && !ReadInputs(&interpreter)) return 1;
    Answer(&interpreter, request);
  }
  return 0;
}
