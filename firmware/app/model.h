// The model that is linked into the image. The builder generates the definitions, one file a
// model, so that everything else in app/ is compiled once for all models.
#ifndef FIRMWARE_APP_MODEL_H_
#define FIRMWARE_APP_MODEL_H_

#include <cstddef>
#include <cstdint>

#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace app {

struct EmbeddedModel {
  const uint8_t* data;  // the .tflite file, 16-byte aligned
  size_t size;
  uint8_t sha256[32];
  const char* const* labels;  // one for each element of the first output, or none
  size_t label_count;
  const char* kernels;  // the kernel set: "reference", "cmsis_nn", "dsp", or "tflm"
  size_t max_payload;   // bytes of the largest request that the model's inputs ask for
};

extern const EmbeddedModel kModel;

// The operators that the model needs, and no other, so that only their kernels are linked.
// Returns nullptr where the runtime refuses one of them.
const tflite::MicroOpResolver* CreateOpResolver();

}  // namespace app

#endif  // FIRMWARE_APP_MODEL_H_
