#include "core/names.h"

#include <cstring>

#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace tflite {

const char* EnumNameBuiltinOperator(BuiltinOperator op) {
  // One string for all names: a table of pointers would cost 840 bytes more.
  static constexpr char kNames[] =
#define TFLM_OPERATOR(name) #name "\0"
#include "tensorflow/lite/schema/builtin_operators.inc"
#undef TFLM_OPERATOR
      ;
  if (op < 0 || op >= BuiltinOperator_COUNT) return "";
  const char* name = kNames;
  for (int i = 0; i < op; ++i) {
    while (*name++ != '\0') {
    }
  }
  return name;
}

}  // namespace tflite

namespace {

struct TypeEntry {
  TfLiteType runtime;
  uint8_t bytes;
  const char* name;
};

// In the order of tflite::TensorType.
constexpr TypeEntry kTypes[] = {
    {kTfLiteFloat32, 4, "FLOAT32"},     {kTfLiteFloat16, 2, "FLOAT16"},
    {kTfLiteInt32, 4, "INT32"},         {kTfLiteUInt8, 1, "UINT8"},
    {kTfLiteInt64, 8, "INT64"},         {kTfLiteString, 0, "STRING"},
    {kTfLiteBool, 1, "BOOL"},           {kTfLiteInt16, 2, "INT16"},
    {kTfLiteComplex64, 0, "COMPLEX64"}, {kTfLiteInt8, 1, "INT8"},
    {kTfLiteFloat64, 8, "FLOAT64"},     {kTfLiteComplex128, 0, "COMPLEX128"},
    {kTfLiteUInt64, 8, "UINT64"},       {kTfLiteResource, 4, "RESOURCE"},
    {kTfLiteVariant, 0, "VARIANT"},     {kTfLiteUInt32, 4, "UINT32"},
    {kTfLiteUInt16, 2, "UINT16"},       {kTfLiteInt4, 0, "INT4"},
};
constexpr int kTypeCount = sizeof(kTypes) / sizeof(kTypes[0]);

const TypeEntry* FindType(TfLiteType type) {
  for (const TypeEntry& entry : kTypes) {
    if (entry.runtime == type) return &entry;
  }
  return nullptr;
}

}  // namespace

const char* TfLiteTypeGetName(TfLiteType type) {
  const TypeEntry* entry = FindType(type);
  return entry == nullptr ? "NOTYPE" : entry->name;
}

int TfLiteIntArrayEqual(const TfLiteIntArray* a, const TfLiteIntArray* b) {
  if (a == b) return 1;
  if (a == nullptr || b == nullptr || a->size != b->size) return 0;
  return std::memcmp(a->data, b->data, a->size * sizeof(a->data[0])) == 0;
}

namespace tflm {

bool SameName(const char* a, const char* b) {
  while (*a == *b && *a != '\0') {
    ++a;
    ++b;
  }
  return *a == *b;
}

TfLiteType RuntimeType(tflite::TensorType type) {
  return type >= 0 && type < kTypeCount ? kTypes[type].runtime : kTfLiteNoType;
}

size_t ElementBytes(TfLiteType type) {
  const TypeEntry* entry = FindType(type);
  return entry == nullptr ? 0 : entry->bytes;
}

const char* OperatorName(const tflite::Model* model, const tflite::SubGraph* graph,
                         int operator_index) {
  const tflite::Operator* op = graph->operators()->Get(operator_index);
  const tflite::OperatorCode* code = model->operator_codes()->Get(op->opcode_index());
  const tflite::BuiltinOperator builtin = tflite::GetBuiltinCode(code);
  if (builtin == tflite::BuiltinOperator_CUSTOM && code->custom_code() != nullptr) {
    return code->custom_code()->c_str();
  }
  return tflite::EnumNameBuiltinOperator(builtin);
}

}  // namespace tflm
