# The target `cmsis_nn`: Arm's CMSIS-NN as a static library.
#
#   CMSIS_NN_DIR    Arm's sources: a folder with Include/ and Source/, or one that has it as
#                   cmsis_nn/. Empty: those in the Python package bakenn (CMSIS-NN 4.0.0).
#   CMSIS_CORE_DIR  A folder with Include/cmsis_compiler.h, which CMSIS-NN up to 4.0.0 needs.
#                   Empty: cmsis_core/ in CMSIS_NN_DIR, or that of bakenn.
set(CMSIS_NN_DIR "" CACHE PATH "CMSIS-NN sources; empty: those of the bakenn Python package")
set(CMSIS_CORE_DIR "" CACHE PATH "CMSIS-Core; empty: beside CMSIS-NN, or that of bakenn")

# Sets `result` to the folder in bakenn that holds cmsis_nn/ and cmsis_core/, or to "".
function(find_bakenn_sources result)
  find_package(Python3 QUIET COMPONENTS Interpreter)
  execute_process(
    COMMAND ${Python3_EXECUTABLE} -c
      "import importlib.util as u; print(u.find_spec('bakenn').submodule_search_locations[0])"
    OUTPUT_VARIABLE package OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(sources ${package}/backend/cmsis_nn/vendor)
  if(NOT EXISTS ${sources}/cmsis_nn/Include/arm_nnfunctions.h)
    set(sources "")
  endif()
  set(${result} "${sources}" PARENT_SCOPE)
endfunction()

if(NOT CMSIS_NN_DIR OR NOT CMSIS_CORE_DIR)
  find_bakenn_sources(bakenn_sources)
endif()

set(cmsis_nn_folder ${CMSIS_NN_DIR})
if(NOT cmsis_nn_folder)
  set(cmsis_nn_folder ${bakenn_sources})
endif()
if(EXISTS ${cmsis_nn_folder}/cmsis_nn/Include/arm_nnfunctions.h)
  set(cmsis_core_beside ${cmsis_nn_folder}/cmsis_core)
  set(cmsis_nn_folder ${cmsis_nn_folder}/cmsis_nn)
endif()
if(NOT EXISTS ${cmsis_nn_folder}/Include/arm_nnfunctions.h)
  message(FATAL_ERROR "CMSIS_NN_DIR=${CMSIS_NN_DIR}: no Include/arm_nnfunctions.h in it. "
    "`pip install bakenn` brings Arm's sources, or give a checkout of ARM-software/CMSIS-NN.")
endif()

set(cmsis_core_folder ${CMSIS_CORE_DIR})
if(NOT cmsis_core_folder AND EXISTS ${cmsis_core_beside}/Include/cmsis_compiler.h)
  set(cmsis_core_folder ${cmsis_core_beside})
elseif(NOT cmsis_core_folder AND bakenn_sources)
  set(cmsis_core_folder ${bakenn_sources}/cmsis_core)
endif()

# Whole folders: the linker takes what the kernels call.
file(GLOB cmsis_nn_sources CONFIGURE_DEPENDS
  ${cmsis_nn_folder}/Source/ConvolutionFunctions/*_s8*.c
  ${cmsis_nn_folder}/Source/FullyConnectedFunctions/*_s8.c
  ${cmsis_nn_folder}/Source/NNSupportFunctions/*.c
  ${cmsis_nn_folder}/Source/PoolingFunctions/*_s8.c
)
# Releases after 4.0.0 have floating point, for other cores.
list(FILTER cmsis_nn_sources EXCLUDE REGEX "_f(16|32)\\.c$")
add_library(cmsis_nn STATIC ${cmsis_nn_sources})
target_include_directories(cmsis_nn SYSTEM PUBLIC ${cmsis_nn_folder}/Include)
if(cmsis_core_folder)
  target_include_directories(cmsis_nn SYSTEM PUBLIC ${cmsis_core_folder}/Include)
endif()
# Without forward propagation gcc 12 spills less in arm_nn_mat_mult_nt_t_s8: 2 % fewer instructions
# in 1x1 convolutions.
target_compile_options(cmsis_nn PRIVATE -O2 -fno-tree-forwprop -w
  -ffile-prefix-map=${cmsis_nn_folder}=cmsis_nn)
