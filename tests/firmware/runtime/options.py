"""Writers of the operators' options."""

from __future__ import annotations

import flatbuffers
import tflite

from tests.firmware.runtime.model_builder import OptionsWriter

ACTIVATIONS = {
    "none": tflite.ActivationFunctionType.NONE,
    "relu": tflite.ActivationFunctionType.RELU,
    "relu_n1_to_1": tflite.ActivationFunctionType.RELU_N1_TO_1,
    "relu6": tflite.ActivationFunctionType.RELU6,
}
PADDINGS = {"same": tflite.Padding.SAME, "valid": tflite.Padding.VALID}


def conv_options(
    padding: str,
    strides: tuple[int, int],
    dilations: tuple[int, int],
    activation: str,
    bias_type: int = tflite.TensorType.FLOAT32,
) -> OptionsWriter:
    """bias_type: that of a bias that is absent (Conv2DOptions.quantized_bias_type)."""

    def write(builder: flatbuffers.Builder) -> int:
        tflite.Conv2DOptionsStart(builder)
        tflite.Conv2DOptionsAddPadding(builder, PADDINGS[padding])
        tflite.Conv2DOptionsAddStrideH(builder, strides[0])
        tflite.Conv2DOptionsAddStrideW(builder, strides[1])
        tflite.Conv2DOptionsAddDilationHFactor(builder, dilations[0])
        tflite.Conv2DOptionsAddDilationWFactor(builder, dilations[1])
        tflite.Conv2DOptionsAddFusedActivationFunction(builder, ACTIVATIONS[activation])
        tflite.Conv2DOptionsAddQuantizedBiasType(builder, bias_type)
        return int(tflite.Conv2DOptionsEnd(builder))

    return write


def depthwise_options(
    padding: str,
    strides: tuple[int, int],
    dilations: tuple[int, int],
    activation: str,
    multiplier: int,
) -> OptionsWriter:
    def write(builder: flatbuffers.Builder) -> int:
        tflite.DepthwiseConv2DOptionsStart(builder)
        tflite.DepthwiseConv2DOptionsAddPadding(builder, PADDINGS[padding])
        tflite.DepthwiseConv2DOptionsAddStrideH(builder, strides[0])
        tflite.DepthwiseConv2DOptionsAddStrideW(builder, strides[1])
        tflite.DepthwiseConv2DOptionsAddDilationHFactor(builder, dilations[0])
        tflite.DepthwiseConv2DOptionsAddDilationWFactor(builder, dilations[1])
        tflite.DepthwiseConv2DOptionsAddDepthMultiplier(builder, multiplier)
        tflite.DepthwiseConv2DOptionsAddFusedActivationFunction(builder, ACTIVATIONS[activation])
        return int(tflite.DepthwiseConv2DOptionsEnd(builder))

    return write


def pool_options(
    padding: str, strides: tuple[int, int], window: tuple[int, int], activation: str
) -> OptionsWriter:
    def write(builder: flatbuffers.Builder) -> int:
        tflite.Pool2DOptionsStart(builder)
        tflite.Pool2DOptionsAddPadding(builder, PADDINGS[padding])
        tflite.Pool2DOptionsAddStrideH(builder, strides[0])
        tflite.Pool2DOptionsAddStrideW(builder, strides[1])
        tflite.Pool2DOptionsAddFilterHeight(builder, window[0])
        tflite.Pool2DOptionsAddFilterWidth(builder, window[1])
        tflite.Pool2DOptionsAddFusedActivationFunction(builder, ACTIVATIONS[activation])
        return int(tflite.Pool2DOptionsEnd(builder))

    return write


def fully_connected_options(activation: str, keep_dims: bool) -> OptionsWriter:
    def write(builder: flatbuffers.Builder) -> int:
        tflite.FullyConnectedOptionsStart(builder)
        tflite.FullyConnectedOptionsAddFusedActivationFunction(builder, ACTIVATIONS[activation])
        tflite.FullyConnectedOptionsAddKeepNumDims(builder, keep_dims)
        return int(tflite.FullyConnectedOptionsEnd(builder))

    return write


def add_options(activation: str) -> OptionsWriter:
    def write(builder: flatbuffers.Builder) -> int:
        tflite.AddOptionsStart(builder)
        tflite.AddOptionsAddFusedActivationFunction(builder, ACTIVATIONS[activation])
        return int(tflite.AddOptionsEnd(builder))

    return write


def softmax_options(beta: float) -> OptionsWriter:
    def write(builder: flatbuffers.Builder) -> int:
        tflite.SoftmaxOptionsStart(builder)
        tflite.SoftmaxOptionsAddBeta(builder, beta)
        return int(tflite.SoftmaxOptionsEnd(builder))

    return write


def reducer_options(keep_dims: bool) -> OptionsWriter:
    def write(builder: flatbuffers.Builder) -> int:
        tflite.ReducerOptionsStart(builder)
        tflite.ReducerOptionsAddKeepDims(builder, keep_dims)
        return int(tflite.ReducerOptionsEnd(builder))

    return write


def options(table: str, **fields: int | float | str) -> tuple[int, OptionsWriter]:
    """The member of BuiltinOptions for `table` and its writer; `fields` by flatc's names."""

    def write(builder: flatbuffers.Builder) -> int:
        values = {
            name: builder.CreateString(value) if isinstance(value, str) else value
            for name, value in fields.items()
        }
        getattr(tflite, f"{table}Start")(builder)
        for name, value in values.items():
            getattr(tflite, f"{table}Add{name}")(builder, value)
        return int(getattr(tflite, f"{table}End")(builder))

    return getattr(tflite.BuiltinOptions, table), write
