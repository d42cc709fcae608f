// The check that a buffer is a well-formed .tflite: tflite::VerifyModelBuffer.
//
// It walks every table that the accessors of schema_generated.h can reach, after
// descriptions of those tables. A table may be reached twice (flatbuffers may share them),
// but the number of visits is bounded by what the buffer could hold without sharing, so
// hostile sharing cannot make it slow.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/error.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflm {
namespace {

enum Kind : uint8_t {
  kIgnored,  // never read
  kScalar1,  // of 1 and 4 bytes
  kScalar4,
  kString,
  kVector1,  // of elements of 1, 4 and 8 bytes
  kVector4,
  kVector8,
  kTable,
  kTables,   // a vector of tables
  kOptions,  // the table of a union, whose type is the field before
};

enum TableType : uint8_t {
  kModel,
  kOperatorCode,
  kSubGraph,
  kTensor,
  kQuantization,
  kOperator,
  kBuffer,
  kPlainOptions,
  kReshapeOptions,
  kVarHandleOptions,
};

struct Field {
  Kind kind;
  TableType table;  // of kTable and kTables

  constexpr Field(Kind k = kIgnored, TableType t = kModel) : kind(k), table(t) {}
};

// The fields in schema order, as far as the accessors read.
constexpr int kMostFields = 9;
struct TableDescription {
  const char* name;
  Field fields[kMostFields];
};

// In the order of TableType.
constexpr TableDescription kDescriptions[] = {
    {"Model",
     {kScalar4, {kTables, kOperatorCode}, {kTables, kSubGraph}, kString, {kTables, kBuffer}}},
    {"OperatorCode", {kScalar1, kString, kScalar4, kScalar4}},
    {"SubGraph", {{kTables, kTensor}, kVector4, kVector4, {kTables, kOperator}, kString}},
    {"Tensor", {kVector4, kScalar1, kScalar4, kString, {kTable, kQuantization}, kScalar1}},
    {"QuantizationParameters",
     {kIgnored, kIgnored, kVector4, kVector8, kIgnored, kIgnored, kScalar4}},
    {"Operator",
     {kScalar4, kVector4, kVector4, kScalar1, kOptions, kVector1, kIgnored, kIgnored, kVector4}},
    {"Buffer", {kVector1}},
    {"options", {}},
    {"ReshapeOptions", {kVector4}},
    {"VarHandleOptions", {kString, kString}},
};

// Scalars of options need no description: reading one is checked against its table
// (flatbuffers::Table::GetScalar). What leads out of the table is described.
TableType OptionsTable(uint8_t union_type) {
  switch (union_type) {
    case tflite::BuiltinOptions_ReshapeOptions:
      return kReshapeOptions;
    case tflite::BuiltinOptions_VarHandleOptions:
      return kVarHandleOptions;
    default:
      return kPlainOptions;
  }
}

// A position in the buffer, or a number of bytes. The buffer is smaller than kLargestModel, so
// adding a few words to a position inside cannot wrap, and a negative one comes out beyond it.
using Position = uint32_t;
constexpr size_t kLargestModel = size_t{1} << 31;

// Where table fields and vectors lie: the format aligns them to their size, here at most 4.
constexpr Position kWord = sizeof(flatbuffers::uoffset_t);

class ModelVerifier {
 public:
  ModelVerifier(const uint8_t* buffer, size_t size)
      : buffer_(buffer),
        size_(static_cast<Position>(std::min(size, kLargestModel - 1))),
        tables_left_(size_ / kSmallestTable) {}

  bool Verify() {
    // Root offset, then the file identifier (schema.fbs: file_identifier "TFL3").
    constexpr char kIdentifier[] = {'T', 'F', 'L', '3'};
    context_ = "the file";
    if (size_ < 2 * kWord) return Fail(0, "is too short to hold a model");
    if (reinterpret_cast<uintptr_t>(buffer_) % kWord != 0) {
      return Fail(0, "does not lie at a multiple of 4 bytes");
    }
    if (std::memcmp(buffer_ + kWord, kIdentifier, sizeof(kIdentifier)) != 0) {
      return Fail(kWord, "has no identifier TFL3");
    }
    Position root;
    return Follow(0, &root) && VerifyTable(root, kModel);
  }

 private:
  // A table is at least the offset to its vtable.
  static constexpr size_t kSmallestTable = sizeof(flatbuffers::soffset_t);

  template <typename T>
  T Read(Position at) const {
    return flatbuffers::ReadScalar<T>(buffer_ + at);
  }

  bool Contains(Position at, Position bytes) const { return at <= size_ && bytes <= size_ - at; }

  bool Fail(Position at, const char* what) {
    tflm::Fail(ErrorCode::kCorruptModel, kNoOperator, static_cast<int32_t>(at), context_,
               "Model is corrupt: %s at byte %u %s", context_, static_cast<unsigned>(at), what);
    return false;
  }

  // The target of the offset stored at `at`, which lies inside the buffer.
  bool Follow(Position at, Position* target) {
    const Position offset = Read<flatbuffers::uoffset_t>(at);
    if (offset == 0) return Fail(at, "has an offset of 0");
    *target = at + offset;
    if (offset >= kLargestModel || *target % kWord != 0 || !Contains(*target, kWord)) {
      return Fail(at, "has an offset that leads outside or is misaligned");
    }
    return true;
  }

  bool VerifyVector(Position at, Position element_bytes, Position* count) {
    *count = Read<flatbuffers::uoffset_t>(at);
    if (*count > (size_ - at - kWord) / element_bytes) {
      return Fail(at, "has a vector that runs past the end");
    }
    return true;
  }

  bool VerifyString(Position at) {
    Position length;
    if (!VerifyVector(at, 1, &length)) return false;
    const Position terminator = at + kWord + length;
    if (!Contains(terminator, 1) || Read<char>(terminator) != '\0') {
      return Fail(at, "has a string that does not end");
    }
    return true;
  }

  bool VerifyTables(Position at, TableType type) {
    Position count;
    if (!VerifyVector(at, kWord, &count)) return false;
    for (Position i = 0; i < count; ++i) {
      Position table;
      if (!Follow(at + kWord * (1 + i), &table) || !VerifyTable(table, type)) return false;
    }
    return true;
  }

  bool VerifyTable(Position at, TableType type) {
    const TableDescription& description = kDescriptions[type];
    const char* outer = context_;
    context_ = description.name;
    if (tables_left_-- == 0) return Fail(at, "is shared too often");
    const Position vtable = at - static_cast<Position>(Read<flatbuffers::soffset_t>(at));
    constexpr Position kVtableHead = 2 * sizeof(flatbuffers::voffset_t);
    if (vtable % 2 != 0 || !Contains(vtable, kVtableHead)) {
      return Fail(at, "has its vtable outside");
    }
    const Position vtable_bytes = Read<flatbuffers::voffset_t>(vtable);
    const Position table_bytes = Read<flatbuffers::voffset_t>(vtable + 2);
    if (vtable_bytes < kVtableHead || vtable_bytes % 2 != 0 || !Contains(vtable, vtable_bytes) ||
        table_bytes < kSmallestTable || !Contains(at, table_bytes)) {
      return Fail(at, "has sizes that do not fit");
    }
    Position previous_field = 0;
    for (int i = 0; i < kMostFields; ++i) {
      const Position slot = tflite::FieldSlot(i);
      if (slot >= vtable_bytes) break;
      const Position offset = Read<flatbuffers::voffset_t>(vtable + slot);
      if (offset != 0 &&
          !VerifyField(at, offset, table_bytes, description.fields[i], previous_field)) {
        return false;
      }
      previous_field = offset == 0 ? 0 : at + offset;
    }
    context_ = outer;
    return true;
  }

  // `union_type_at`: the field before this one, 0 when absent.
  bool VerifyField(Position table, Position offset, Position table_bytes, Field field,
                   Position union_type_at) {
    if (field.kind == kIgnored) return true;
    const Position bytes = field.kind == kScalar1 ? 1 : kWord;
    const Position at = table + offset;
    if (offset < kSmallestTable || offset + bytes > table_bytes || at % bytes != 0) {
      return Fail(table, "has a field outside itself");
    }
    if (field.kind == kScalar1 || field.kind == kScalar4) return true;
    if (field.kind == kOptions && union_type_at == 0) return true;
    Position target;
    if (!Follow(at, &target)) return false;
    Position count;
    switch (field.kind) {
      case kString:
        return VerifyString(target);
      case kVector1:
        return VerifyVector(target, 1, &count);
      case kVector4:
        return VerifyVector(target, 4, &count);
      case kVector8:
        return VerifyVector(target, 8, &count);
      case kTables:
        return VerifyTables(target, field.table);
      case kOptions:
        return VerifyTable(target, OptionsTable(Read<uint8_t>(union_type_at)));
      default:
        return VerifyTable(target, field.table);
    }
  }

  const uint8_t* buffer_;
  Position size_;
  Position tables_left_;
  const char* context_ = "";  // the table that is being read
};

}  // namespace
}  // namespace tflm

namespace tflite {

bool VerifyModelBuffer(flatbuffers::Verifier& verifier) {
  tflm::ClearLastError();
  return tflm::ModelVerifier(verifier.buffer(), verifier.length()).Verify();
}

}  // namespace tflite
