# Toolchain file: GNU Arm Embedded.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)

# The builder passes the folder of the compiler that it has checked; else PATH decides.
set(TOOLCHAIN_BIN "" CACHE PATH "Folder of arm-none-eabi-gcc; empty: search PATH")
# The builder passes the options of the board's core; else those of a Cortex-M4 with FPU.
set(MACHINE_OPTIONS "-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard"
  CACHE STRING "Options that say which core is compiled for")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES TOOLCHAIN_BIN MACHINE_OPTIONS)
if(TOOLCHAIN_BIN)
  set(_prefix ${TOOLCHAIN_BIN}/arm-none-eabi-)
else()
  set(_prefix arm-none-eabi-)
endif()
set(CMAKE_C_COMPILER ${_prefix}gcc)
set(CMAKE_CXX_COMPILER ${_prefix}g++)
set(CMAKE_ASM_COMPILER ${_prefix}gcc)

set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)

set(CMAKE_C_FLAGS_INIT "${MACHINE_OPTIONS}")
set(CMAKE_CXX_FLAGS_INIT "${MACHINE_OPTIONS}")
set(CMAKE_ASM_FLAGS_INIT "${MACHINE_OPTIONS}")
