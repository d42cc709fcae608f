/*
 * Included ahead of each of Arm's sources: their calls of arm_nn_requantize become calls of ours.
 * Arm's header comes first, so that its own definition keeps its name.
 */
#ifndef RUNTIME_KERNELS_DSP_ARM_REQUANTIZE_H_
#define RUNTIME_KERNELS_DSP_ARM_REQUANTIZE_H_

#include "arm_nnsupportfunctions.h"
#include "requantize.h"

#define arm_nn_requantize workbench_requantize

#endif /* RUNTIME_KERNELS_DSP_ARM_REQUANTIZE_H_ */
