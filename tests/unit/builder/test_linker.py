"""What is said where a TensorFlow Lite Micro of the user's lacks functions."""

from pathlib import Path

from workbench.builder.cmake import lacks, undefined_functions

SAID = """
ld: lib.a(conv.cc.o): in function `Prepare(TfLiteContext*, TfLiteNode*)':
conv.cc:(.text+0x43a): undefined reference to `arm_convolve_wrapper_s16'
conv.cc:(.text+0x43c): undefined reference to `arm_convolve_wrapper_s16'
ld: softmax.cc:(.text+0x82): undefined reference to `tflite::Register_SOFTMAX()'
collect2: error: ld returned 1 exit status
"""


def test_each_function_is_named_once():
    missing = undefined_functions(SAID)
    assert missing == ("arm_convolve_wrapper_s16", "tflite::Register_SOFTMAX()")
    error = lacks(Path("libtensorflow-microlite.a"), missing)
    assert error.message.startswith("libtensorflow-microlite.a lacks what it or the firmware calls")
    assert "arm_convolve_wrapper_s16, tflite::Register_SOFTMAX()" in error.message
    assert "OPTIMIZED_KERNEL_DIR=cmsis_nn" in error.hint


def test_of_many_a_few_are_named():
    assert lacks(Path("l.a"), [f"f{i}" for i in range(9)]).message.endswith("f4 and 4 more")


def test_a_heap_is_another_matter():
    assert undefined_functions("undefined reference to `_sbrk'") == ()
