// log, sin and cos of floats, to the bit as glibc computes them on x86, where TFLM uses it;
// newlib's differ in the last bit. Compared at every 97th float.
#ifndef RUNTIME_KERNELS_REFERENCE_FLOAT_FUNCTIONS_H_
#define RUNTIME_KERNELS_REFERENCE_FLOAT_FUNCTIONS_H_

namespace tflm::reference {

// Within 0.82 units in the last place; not a number below 0.
float LogFloat(float x);

// Within 0.57 units in the last place; not a number for an infinite x.
float SinFloat(float x);
float CosFloat(float x);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_FLOAT_FUNCTIONS_H_
