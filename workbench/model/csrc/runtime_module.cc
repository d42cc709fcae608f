// The firmware's runtime on the host: what it says of a model when it prepares all operators.
//
// The same sources as in the firmware, with the portable kernels; nothing is computed. Limited API,
// so that one build serves every Python 3.
#define Py_LIMITED_API 0x030A0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "runtime/last_error.h"
#include "tensorflow/lite/micro/debug_log.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

namespace {

constexpr size_t kAlignment = 16;  // of a model's buffers and of the arena
constexpr unsigned kOperators = 0
#define TFLM_KERNEL(...) +1
#define TFLM_CUSTOM(...) +1
#include "runtime/operators.inc"
    ;
using Resolver = tflite::MicroMutableOpResolver<kOperators>;

std::string g_log;

struct Block {
  explicit Block(size_t bytes) {
    if (posix_memalign(&memory, kAlignment, bytes + kAlignment) != 0) memory = nullptr;
  }
  ~Block() { std::free(memory); }
  uint8_t *bytes() const { return static_cast<uint8_t *>(memory); }
  void *memory;
};

TfLiteStatus AddOperators(Resolver *resolver) {
#define TFLM_KERNEL(name, method, ...) TF_LITE_ENSURE_STATUS(resolver->Add##method());
#define TFLM_CUSTOM(name, method, ...) TF_LITE_ENSURE_STATUS(resolver->Add##method());
#include "runtime/operators.inc"
  return kTfLiteOk;
}

void PrepareModel(const uint8_t *model, size_t size, uint8_t *arena, size_t arena_size) {
  flatbuffers::Verifier verifier(model, size);
  if (!tflite::VerifyModelBuffer(verifier)) return;
  Resolver resolver;
  if (AddOperators(&resolver) != kTfLiteOk) return;
  tflite::MicroInterpreter interpreter(tflite::GetModel(model), resolver, arena, arena_size);
  interpreter.AllocateTensors();
}

PyObject *Prepare(PyObject *, PyObject *arguments) {
  const char *content;
  Py_ssize_t size, arena_size;
  if (!PyArg_ParseTuple(arguments, "y#n", &content, &size, &arena_size)) return nullptr;
  if (arena_size < 0) return PyErr_Format(PyExc_ValueError, "an arena of %zd bytes", arena_size);
  Block model(static_cast<size_t>(size));
  Block arena(static_cast<size_t>(arena_size));
  if (model.memory == nullptr || arena.memory == nullptr) return PyErr_NoMemory();
  std::memcpy(model.memory, content, static_cast<size_t>(size));
  g_log.clear();
  PrepareModel(model.bytes(), static_cast<size_t>(size), arena.bytes(),
               static_cast<size_t>(arena_size));
  const tflm::LastError &error = tflm::GetLastError();
  // Names come from the file: they may hold any byte.
  PyObject *log =
      PyUnicode_DecodeUTF8(g_log.data(), static_cast<Py_ssize_t>(g_log.size()), "replace");
  if (log == nullptr) return nullptr;
  return Py_BuildValue("(iiN)", static_cast<int>(error.code),
                       static_cast<int>(error.operator_index), log);
}

PyMethodDef g_methods[] = {
    {"prepare", Prepare, METH_VARARGS,
     "prepare(model, arena bytes): return (tflm::ErrorCode, operator, log) of AllocateTensors."},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef g_module = {
    PyModuleDef_HEAD_INIT,
    "_runtime",
    "The firmware's runtime on the host.",
    0,
    g_methods,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
};

}  // namespace

extern "C" void DebugLog(const char *format, va_list arguments) {
  char line[512];
  std::vsnprintf(line, sizeof(line), format, arguments);
  g_log += line;
}

extern "C" int DebugVsnprintf(char *buffer, size_t size, const char *format, va_list arguments) {
  return std::vsnprintf(buffer, size, format, arguments);
}

PyMODINIT_FUNC PyInit__runtime(void) { return PyModule_Create(&g_module); }
