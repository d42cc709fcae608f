#include "app/service.h"

#include "app/console.h"
#include "boards/armv7m/stack.h"

// Defined by sections.ld: the linker's build id, an ELF note.
extern "C" const uint8_t __build_id_note[];

namespace app {
namespace {

enum RequestType : uint8_t {
  kHello = 0x01,
  kInfer = 0x02,
  kStatistics = 0x04,
  kResetState = 0x05,
};
constexpr uint8_t kReply = 0x80;  // set in the type of an answer
constexpr uint8_t kErrorReply = 0xFF;

// "tflm" names TensorFlow's own runtime; ours has the extension header.
#if __has_include("runtime/last_error.h")
constexpr char kRuntime[] = "workbench " WORKBENCH_VERSION;
#else
constexpr char kRuntime[] = "tflm";
#endif

// An ELF note is three words, the owner's name "GNU\0" and the id, a SHA-1.
constexpr size_t kBuildIdOffset = 16;
constexpr size_t kBuildIdBytes = 20;

void WriteTensor(FrameWriter* reply, const TfLiteTensor& tensor, const char* name) {
  reply->U8(static_cast<uint8_t>(tensor.type));
  reply->U8(static_cast<uint8_t>(tensor.dims->size));
  for (int i = 0; i < tensor.dims->size; ++i) reply->U32(tensor.dims->data[i]);
  reply->F32(tensor.params.scale);
  reply->I32(tensor.params.zero_point);
  reply->String(name);
}

}  // namespace

void Service::Store(const Frame& request, size_t offset, uint8_t byte) {
  const bool is_input = request.version == kProtocolVersion && request.type == kInfer;
  if (is_input && inference_.IsReady()) inference_.StoreInput(offset, byte);
}

void Service::Answer(const Frame& request, const FrameCounts& frames) {
  if (request.version != kProtocolVersion) {
    return Refuse(request, {ErrorCode::kUnsupportedVersion, kProtocolVersion,
                            "this firmware speaks another version of the protocol"});
  }
  switch (request.type) {
    case kHello:
      return Hello(request);
    case kInfer:
      return Infer(request);
    case kStatistics:
      return Statistics(request, frames);
    case kResetState:
      return ResetState(request);
    default:
      return Refuse(request, {ErrorCode::kUnknownRequest, request.type, "unknown request"});
  }
}

void Service::Hello(const Frame& request) {
  if (!RequireLength(request, 0)) return;
  FrameWriter reply(request.type | kReply, request.sequence);
  reply.U16(static_cast<uint16_t>(inference_.error().code));
  reply.U32(inference_.error().detail);
  reply.String(inference_.error().text);
  reply.String(board::kName);
  reply.U32(clock_.core_hz);
  reply.String(clock_.source);
  reply.Bytes(__build_id_note + kBuildIdOffset, kBuildIdBytes);
  reply.String(kRuntime);
  reply.String(model_.kernels);
  reply.U32(model_.size);
  reply.Bytes(model_.sha256, sizeof(model_.sha256));
  reply.U32(inference_.arena_size());
  reply.U32(inference_.arena_used());
  reply.U32(armv7m::StackSize());
  reply.U32(armv7m::StackPeak());
  reply.U32(model_.max_payload);
  const size_t inputs = inference_.IsReady() ? inference_.inputs_size() : 0;
  reply.U8(static_cast<uint8_t>(inputs));
  for (size_t i = 0; i < inputs; ++i) {
    WriteTensor(&reply, *inference_.input(i), inference_.input_name(i));
  }
  const size_t outputs = inference_.IsReady() ? inference_.outputs_size() : 0;
  reply.U8(static_cast<uint8_t>(outputs));
  for (size_t i = 0; i < outputs; ++i) {
    WriteTensor(&reply, *inference_.output(i), inference_.output_name(i));
  }
  reply.U16(static_cast<uint16_t>(model_.label_count));
  for (size_t i = 0; i < model_.label_count; ++i) reply.String(model_.labels[i]);
  reply.Finish();
}

// The inputs were stored while they came.
void Service::Infer(const Frame& request) {
  if (!inference_.IsReady()) return Refuse(request, inference_.error());
  if (!RequireLength(request, inference_.input_bytes())) return;
  ClearRuntimeLog();
  const TfLiteStatus status = inference_.Run();
  if (status != kTfLiteOk) {
    return Refuse(request,
                  {ErrorCode::kInvokeFailed, static_cast<uint32_t>(status), FirstRuntimeLog()});
  }
  FrameWriter reply(request.type | kReply, request.sequence);
  reply.U32(inference_.cycles().last);
  reply.U16(static_cast<uint16_t>(inference_.TopIndex()));
  for (size_t i = 0; i < inference_.outputs_size(); ++i) {
    const TfLiteTensor& tensor = *inference_.output(i);
    reply.Bytes(tensor.data.raw, tensor.bytes);
  }
  reply.Finish();
}

void Service::Statistics(const Frame& request, const FrameCounts& frames) {
  if (!RequireLength(request, 0)) return;
  const CycleCounts& cycles = inference_.cycles();
  FrameWriter reply(request.type | kReply, request.sequence);
  reply.U32(frames.good);
  reply.U32(frames.bad_cobs);
  reply.U32(frames.truncated);
  reply.U32(frames.bad_crc);
  reply.U32(frames.oversized);
  reply.U32(refused_.version);
  reply.U32(refused_.type);
  reply.U32(refused_.length);
  reply.U32(refused_.other);
  reply.U32(board::ReceptionPauses());
  reply.U32(board::LineErrors());
  reply.U32(cycles.inferences);
  reply.U32(cycles.failures);
  reply.U32(cycles.last);
  reply.U32(cycles.inferences == 0 ? 0 : cycles.min);
  reply.U32(cycles.max);
  reply.U32(armv7m::StackSize());
  reply.U32(armv7m::StackPeak());
  reply.Finish();
}

// Gives variables, and what operators keep from call to call, the values of the start.
void Service::ResetState(const Frame& request) {
  if (!inference_.IsReady()) return Refuse(request, inference_.error());
  if (!RequireLength(request, 0)) return;
  ClearRuntimeLog();
  const TfLiteStatus status = inference_.ResetState();
  if (status != kTfLiteOk) {
    return Refuse(request,
                  {ErrorCode::kResetFailed, static_cast<uint32_t>(status), FirstRuntimeLog()});
  }
  FrameWriter(request.type | kReply, request.sequence).Finish();
}

bool Service::RequireLength(const Frame& request, size_t expected) {
  if (request.size == expected) return true;
  Refuse(request, {ErrorCode::kWrongLength, expected, "wrong payload length"});
  return false;
}

void Service::Refuse(const Frame& request, const Error& error) {
  switch (error.code) {
    case ErrorCode::kUnsupportedVersion:
      ++refused_.version;
      break;
    case ErrorCode::kUnknownRequest:
      ++refused_.type;
      break;
    case ErrorCode::kWrongLength:
      ++refused_.length;
      break;
    default:
      ++refused_.other;
      break;
  }
  FrameWriter reply(kErrorReply, request.sequence);
  reply.U8(request.type);
  reply.U16(static_cast<uint16_t>(error.code));
  reply.U32(error.detail);
  reply.String(error.text);
  reply.Finish();
}

}  // namespace app
