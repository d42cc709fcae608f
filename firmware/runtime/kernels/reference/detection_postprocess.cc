// TFLite_Detection_PostProcess: decodes boxes against their anchors, drops those that overlap a
// better one, and gives the best.
#include <algorithm>
#include <cmath>

#include "kernels/custom_options.h"
#include "kernels/operators.h"

namespace tflm::reference {
namespace {

constexpr int kEncodings = 0;
constexpr int kScores = 1;
constexpr int kAnchors = 2;

constexpr int kCoordinates = 4;

struct DetectionParameters {
  int32_t most;            // detections
  int32_t most_per_class;  // where each class is looked at by itself
  int32_t classes_each;    // of a detection, where it is not
  int32_t classes;         // without the background, which comes first
  int32_t each_class;      // look at each class by itself
  float least_score;       // of a detection
  float most_overlap;      // area of the intersection by that of the union
  float y_scale, x_scale, height_scale, width_scale;

  int32_t boxes;
  int32_t encoding_length;          // values of a box
  int32_t scores_length;            // classes, the background with them
  int32_t places;                   // in the outputs
  int decoded, order, kept, found;  // scratch buffers
};

struct Box {
  float y_min, x_min, y_max, x_max;
};

struct Detection {
  float score;
  int32_t box, of_class;
};

// What the parts of Invoke work on.
struct Work {
  const float* scores;  // of the first class that is not the background
  Box* decoded;
  int32_t* order;    // candidates, the best first
  int32_t* kept;     // those of them that overlap none before
  Detection* found;  // the best of all classes
};

// In double, as TFLM does it.
float Center(float encoded, float scale, float anchor_size, float anchor_center) {
  return static_cast<float>(static_cast<double>(encoded) / static_cast<double>(scale) *
                                static_cast<double>(anchor_size) +
                            static_cast<double>(anchor_center));
}

float HalfSize(float encoded, float scale, float anchor_size) {
  const double factor = std::exp(static_cast<double>(encoded) / static_cast<double>(scale));
  return static_cast<float>(0.5 * factor * static_cast<double>(anchor_size));
}

// Encodings and anchors are centres, y before x, then height and width. False for a box that is
// none.
bool DecodeBoxes(const DetectionParameters& p, const float* encoding, const float* anchor,
                 Box* boxes) {
  bool valid = true;
  for (int32_t i = 0; i < p.boxes; ++i) {
    const float y = Center(encoding[0], p.y_scale, anchor[2], anchor[0]);
    const float x = Center(encoding[1], p.x_scale, anchor[3], anchor[1]);
    const float half_height = HalfSize(encoding[2], p.height_scale, anchor[2]);
    const float half_width = HalfSize(encoding[3], p.width_scale, anchor[3]);
    boxes[i] = {y - half_height, x - half_width, y + half_height, x + half_width};
    valid = valid && !(boxes[i].y_min >= boxes[i].y_max) && !(boxes[i].x_min >= boxes[i].x_max);
    encoding += p.encoding_length;
    anchor += kCoordinates;
  }
  return valid;
}

float Area(const Box& box) { return (box.y_max - box.y_min) * (box.x_max - box.x_min); }

float Overlap(const Box& a, const Box& b) {
  const float area_a = Area(a), area_b = Area(b);
  if (area_a <= 0 || area_b <= 0) return 0.0f;
  const float height = std::min(a.y_max, b.y_max) - std::max(a.y_min, b.y_min);
  const float width = std::min(a.x_max, b.x_max) - std::max(a.x_min, b.x_min);
  const float common = std::max(height, 0.0f) * std::max(width, 0.0f);
  return common / (area_a + area_b - common);
}

bool OverlapsKept(const DetectionParameters& p, const Work& w, int32_t box, int32_t kept) {
  for (int32_t i = 0; i < kept; ++i) {
    if (Overlap(w.decoded[w.kept[i]], w.decoded[box]) > p.most_overlap) return true;
  }
  return false;
}

// Fills work.kept with at most `most` boxes that score(box) is high enough of, the best first,
// those of one score in the order of their numbers. Returns how many.
template <typename Score>
int32_t KeepBest(const DetectionParameters& p, const Work& w, int32_t most, Score score) {
  int32_t candidates = 0, kept = 0;
  for (int32_t box = 0; box < p.boxes; ++box) {
    if (score(box) >= p.least_score) w.order[candidates++] = box;
  }
  std::sort(w.order, w.order + candidates, [score](int32_t a, int32_t b) {
    return score(a) > score(b) || (score(a) == score(b) && a < b);
  });
  for (int32_t i = 0; i < candidates && kept < most; ++i) {
    if (!OverlapsKept(p, w, w.order[i], kept)) w.kept[kept++] = w.order[i];
  }
  return kept;
}

// Puts a detection behind those of `count` that are as good; returns how many there are then.
int32_t Insert(const DetectionParameters& p, Detection* found, int32_t count,
               const Detection& detection) {
  int32_t place = count;
  while (place > 0 && found[place - 1].score < detection.score) --place;
  if (place == p.most) return count;
  count = std::min(count + 1, p.most);
  std::copy_backward(found + place, found + count - 1, found + count);
  found[place] = detection;
  return count;
}

struct Outputs {
  Box* boxes;
  float* classes;
  float* scores;
};

void Put(const Outputs& outputs, int32_t place, const Box& box, int32_t of_class, float score) {
  outputs.boxes[place] = box;
  outputs.classes[place] = static_cast<float>(of_class);
  outputs.scores[place] = score;
}

// Each class by itself, then the best of all.
int32_t FindByClass(const DetectionParameters& p, const Work& w, const Outputs& outputs) {
  int32_t count = 0;
  for (int32_t c = 0; c < p.classes; ++c) {
    const auto score = [&p, &w, c](int32_t box) { return w.scores[box * p.scores_length + c]; };
    const int32_t kept = KeepBest(p, w, p.most_per_class, score);
    for (int32_t i = 0; i < kept; ++i) {
      count = Insert(p, w.found, count, {score(w.kept[i]), w.kept[i], c});
    }
  }
  for (int32_t i = 0; i < count; ++i) {
    const Detection& d = w.found[i];
    Put(outputs, i, w.decoded[d.box], d.of_class, d.score);
  }
  return count;
}

// The class that comes after `last` when the scores fall, -1 being before the first: the best of
// those that score less, or as much with a higher number.
int32_t NextClass(const float* scores, int32_t classes, int32_t last) {
  int32_t best = -1;
  for (int32_t c = 0; c < classes; ++c) {
    const bool after =
        last < 0 || scores[c] < scores[last] || (scores[c] == scores[last] && c > last);
    if (after && (best < 0 || scores[c] > scores[best])) best = c;
  }
  return best;
}

// A box counts with its best class; its other classes come out with it. TFLM leaves gaps between
// those: it goes on by as many places as there are classes to a box after each of them.
int32_t FindByBox(const DetectionParameters& p, const Work& w, const Outputs& outputs) {
  const auto score = [&p, &w](int32_t box) {
    const float* scores = w.scores + box * p.scores_length;
    return *std::max_element(scores, scores + p.classes);
  };
  const int32_t each = std::min(p.classes_each, p.classes);
  const int32_t kept = KeepBest(p, w, p.most, score);
  int32_t count = 0;
  for (int32_t i = 0; i < kept; ++i) {
    const float* scores = w.scores + w.kept[i] * p.scores_length;
    int32_t of_class = -1;
    for (int32_t k = 0; k < each; ++k, ++count) {
      const int32_t next = NextClass(scores, p.classes, of_class);
      if (next >= 0) of_class = next;
      Put(outputs, each * count + k, w.decoded[w.kept[i]], of_class, scores[of_class]);
    }
  }
  return count;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<DetectionParameters>(node);
  const auto scratch = [context](int index) { return context->GetScratchBuffer(context, index); };
  const Work work = {InputData<float>(context, node, kScores) + (p.scores_length - p.classes),
                     static_cast<Box*>(scratch(p.decoded)), static_cast<int32_t*>(scratch(p.order)),
                     static_cast<int32_t*>(scratch(p.kept)),
                     static_cast<Detection*>(scratch(p.found))};
  const Outputs outputs = {OutputData<Box>(context, node, 0), OutputData<float>(context, node, 1),
                           OutputData<float>(context, node, 2)};
  std::fill_n(outputs.boxes, p.places, Box{});
  std::fill_n(outputs.classes, p.places, 0.0f);
  std::fill_n(outputs.scores, p.places, 0.0f);
  if (!DecodeBoxes(p, InputData<float>(context, node, kEncodings),
                   InputData<float>(context, node, kAnchors), work.decoded)) {
    return kTfLiteError;
  }
  const int32_t count =
      p.each_class != 0 ? FindByClass(p, work, outputs) : FindByBox(p, work, outputs);
  *OutputData<float>(context, node, 3) = static_cast<float>(count);
  return kTfLiteOk;
}

TfLiteStatus ReadOptions(TfLiteContext* context, const TfLiteNode* node, DetectionParameters* p) {
  constexpr int32_t kMostPerClass = 100;  // TFLM's default
  const CustomOptions options(node);
  const bool read =
      options.Integer("max_detections", &p->most) &&
      options.Integer("max_classes_per_detection", &p->classes_each) &&
      options.Integer("detections_per_class", &p->most_per_class) &&
      options.Integer("use_regular_nms", &p->each_class) &&
      options.Integer("num_classes", &p->classes) &&
      options.Float("nms_score_threshold", &p->least_score) &&
      options.Float("nms_iou_threshold", &p->most_overlap) &&
      options.Float("y_scale", &p->y_scale) && options.Float("x_scale", &p->x_scale) &&
      options.Float("h_scale", &p->height_scale) && options.Float("w_scale", &p->width_scale);
  if (!options.Has("detections_per_class")) p->most_per_class = kMostPerClass;
  const int32_t least = p->each_class != 0 ? p->most_per_class : p->classes_each;
  if (!read || p->most < 0 || p->classes < 1 || least < 1 || !(p->most_overlap > 0.0f) ||
      !(p->most_overlap <= 1.0f)) {
    return Unsupported(context, "%d detections of %d classes, or other options that do not fit",
                       static_cast<int>(p->most), static_cast<int>(p->classes));
  }
  return kTfLiteOk;
}

// Dimensions of the inputs: 1, boxes, values; 1, boxes, classes; boxes, coordinates.
bool FitTogether(const TfLiteTensor* const* inputs, DetectionParameters* p) {
  const TfLiteIntArray* encodings = inputs[kEncodings]->dims;
  const TfLiteIntArray* scores = inputs[kScores]->dims;
  const TfLiteIntArray* anchors = inputs[kAnchors]->dims;
  if (encodings->size != 3 || scores->size != 3 || anchors->size != 2) return false;
  p->boxes = encodings->data[1];
  p->encoding_length = encodings->data[2];
  p->scores_length = scores->data[2];
  const int32_t background = p->scores_length - p->classes;
  return encodings->data[0] == 1 && p->encoding_length >= kCoordinates && scores->data[0] == 1 &&
         scores->data[1] == p->boxes && anchors->data[0] >= p->boxes &&
         anchors->data[1] == kCoordinates && (background == 0 || background == 1);
}

// Places that detections may take, as FindByBox puts them.
int64_t PlacesNeeded(const DetectionParameters& p) {
  const int64_t each = p.each_class != 0 ? 1 : std::min(p.classes_each, p.classes);
  return each * each * p.most;
}

TfLiteStatus DescribeAll(TfLiteContext* context, const TfLiteNode* node, DetectionParameters* p) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 3, 3, 4));
  const TfLiteTensor* inputs[3];
  const TfLiteTensor* outputs[4];
  bool floats = true;
  for (int i = 0; i < 3; ++i) {
    inputs[i] = PrepareInput(context, node, i);
    if (inputs[i] == nullptr) return kTfLiteError;
    floats = floats && inputs[i]->type == kTfLiteFloat32;
  }
  for (int i = 0; i < 4; ++i) {
    outputs[i] = PrepareOutput(context, node, i);
    if (outputs[i] == nullptr) return kTfLiteError;
    floats = floats && outputs[i]->type == kTfLiteFloat32;
  }
  const int64_t places = tflite::NumElements(outputs[1]);
  if (!floats || !FitTogether(inputs, p) || tflite::NumElements(outputs[2]) != places ||
      tflite::NumElements(outputs[0]) != kCoordinates * places || places < PlacesNeeded(*p)) {
    return Unsupported(context, "types that are not all FLOAT32, or sizes that do not fit");
  }
  p->places = static_cast<int32_t>(places);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareDetectionPostprocess(TfLiteContext* context, TfLiteNode* node) {
  auto* p = AllocateParameters<DetectionParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(ReadOptions(context, node, p));
  TF_LITE_ENSURE_STATUS(DescribeAll(context, node, p));
  SelectInvoke(node, Invoke);
  const auto request = [context](size_t bytes, int32_t count, int* index) {
    return context->RequestScratchBufferInArena(context, bytes * static_cast<size_t>(count), index);
  };
  TF_LITE_ENSURE_STATUS(request(sizeof(Box), p->boxes, &p->decoded));
  TF_LITE_ENSURE_STATUS(request(sizeof(int32_t), p->boxes, &p->order));
  TF_LITE_ENSURE_STATUS(request(sizeof(int32_t), p->boxes, &p->kept));
  return request(sizeof(Detection), p->each_class != 0 ? p->most : 1, &p->found);
}

}  // namespace tflm::reference
