// Answers the requests of PROTOCOL.md.
#ifndef FIRMWARE_APP_SERVICE_H_
#define FIRMWARE_APP_SERVICE_H_

#include <cstdint>

#include "app/error_code.h"
#include "app/frame.h"
#include "app/inference.h"
#include "boards/board.h"

namespace app {

// Requests that were well-formed frames and still got an error reply, by reason.
struct RefusedCounts {
  uint32_t version = 0;
  uint32_t type = 0;
  uint32_t length = 0;
  uint32_t other = 0;
};

class Service final : public PayloadSink {
 public:
  Service(const EmbeddedModel& model, const board::Clock& clock, Inference* inference)
      : model_(model), clock_(clock), inference_(*inference) {}

  // Inputs go straight into the model's tensors: a request that turns out to be bad leaves them
  // changed, and the next good one fills them wholly.
  void Store(const Frame& request, size_t offset, uint8_t byte) override;

  // Answers one request with one frame. `frames` is told by STATISTICS.
  void Answer(const Frame& request, const FrameCounts& frames);

 private:
  void Hello(const Frame& request);
  void Infer(const Frame& request);
  void Statistics(const Frame& request, const FrameCounts& frames);
  void ResetState(const Frame& request);
  void Refuse(const Frame& request, const Error& error);
  bool RequireLength(const Frame& request, size_t expected);

  const EmbeddedModel& model_;
  const board::Clock& clock_;
  Inference& inference_;
  RefusedCounts refused_;
};

}  // namespace app

#endif  // FIRMWARE_APP_SERVICE_H_
