"""Conversion of a Keras model to a fully int8 .tflite, and its check in TensorFlow.

One of the two modules that import TensorFlow (the other is `workbench.model.train`).
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import UserError
from workbench.model.quantization import dequantize, quantize
from workbench.support.extras import how_to_install

FloatArray = npt.NDArray[np.float32]


def import_tensorflow() -> Any:
    """Import TensorFlow, quietly. Raises UserError if it is not installed."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # the same sums on every machine
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    try:
        with _native_stderr_silenced():
            import tensorflow
    except ImportError as error:
        raise UserError(
            f"training needs TensorFlow, which cannot be imported ({error})",
            how_to_install("train"),
        ) from None
    tensorflow.get_logger().setLevel("ERROR")
    return tensorflow


def to_int8(model: Any, representative: FloatArray) -> bytes:
    """Convert a Keras model with a fixed batch to .tflite with int8 input and output.

    `representative`: real inputs, shape (n, *input shape without batch); their range gives the
    input's scale and zero point, and the activations they cause those of the other tensors.
    """
    tensorflow = import_tensorflow()

    def examples() -> Iterator[list[FloatArray]]:
        for example in representative:
            yield [example[np.newaxis]]

    converter = tensorflow.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tensorflow.lite.Optimize.DEFAULT]
    converter.representative_dataset = examples
    converter.target_spec.supported_ops = [tensorflow.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tensorflow.int8
    converter.inference_output_type = tensorflow.int8
    # One scale for the weights of a dense layer: CMSIS-NN 4.0 has no kernel for several.
    converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    with _silenced():
        return bytes(converter.convert())


def predict(model: bytes, inputs: FloatArray) -> FloatArray:
    """Return the scores (n, classes) of an int8 .tflite for n float inputs, by TensorFlow's own
    interpreter.

    In its reference kernels; TFLM is the definition of correct, see `workbench.model.oracle`.
    """
    tensorflow = import_tensorflow()
    with _silenced():  # it warns that tf.lite moves to a package of its own some day
        interpreter = tensorflow.lite.Interpreter(
            model_content=model,
            experimental_op_resolver_type=tensorflow.lite.experimental.OpResolverType.BUILTIN_REF,
        )
    interpreter.allocate_tensors()
    source, sink = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    outputs = []
    for example in quantize(inputs, *source["quantization"]):
        interpreter.set_tensor(source["index"], example.reshape(source["shape"]))
        interpreter.invoke()
        outputs.append(interpreter.get_tensor(sink["index"]).reshape(-1))
    return dequantize(np.array(outputs, np.int8), *sink["quantization"])


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    """Keep TensorFlow's own chatter off the user's terminal; errors are exceptions."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        _native_stderr_silenced(),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _native_stderr_silenced() -> Iterator[None]:
    """Send what native code writes to file descriptor 2 to the null device.

    TensorFlow's libraries log there before any setting of theirs is read.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)
