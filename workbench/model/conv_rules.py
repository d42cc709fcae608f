"""What CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED ask (firmware/runtime/kernels/conv.cc)."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.model.kernel_use import Use, activation, fits, is_quantized, windows

HYBRID = "hybrid"
"""Begins the reason of an operator that computes on floats with int8 weights."""

_OUTPUT_CHANNELS = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": 3, "FULLY_CONNECTED": 0}  # of the filter
_BIAS_TOLERANCE = 0.02  # of an output step, as TFLM's GetQuantizedConvolutionMultipler


def weighted(use: Use) -> Iterator[str]:
    """Types of CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED, then what is the operator's own."""
    data, weights, result = use.input.type, use.filter.type, use.output.type
    if data == result == "FLOAT32" and weights in ("INT8", "UINT8", "INT4", "INT16"):
        yield f"{HYBRID}: it computes on FLOAT32 with {weights} weights"
        return
    if not data == weights == result or data not in ("INT8", "FLOAT32"):
        yield f"it computes on {data} with {weights} weights to {result}"
        return
    own = _fully_connected if use.operator.name == "FULLY_CONNECTED" else _convolution
    fault = next(own(use), "")
    channels = use.filter.shape[_OUTPUT_CHANNELS[use.operator.name]] if not fault else 0
    bias_type = "INT32" if data == "INT8" else "FLOAT32"
    if fault:
        yield fault
    elif use.bias is not None and (use.bias.type, use.bias.elements) != (bias_type, channels):
        yield f"its bias is not {channels} values of {bias_type}"
    else:
        yield from activation(use)
        if data == "INT8":
            yield from _filter_scales(use, channels)


def _filter_scales(use: Use, channels: int) -> Iterator[str]:
    given, filter_, result = use.input, use.filter, use.output
    if not is_quantized(given) or not is_quantized(result):
        yield "its input or output has no scale and zero point of its own"
        return
    assert given.quantization is not None and result.quantization is not None
    quantization = filter_.quantization
    if quantization is None or any(quantization.zero_points):
        yield "its weights have no scale, or a zero point other than 0"
        return
    axis = _OUTPUT_CHANNELS[use.operator.name]
    if quantization.per_channel and (len(quantization.scales), quantization.axis) != (
        channels,
        axis,
    ):
        yield f"its weights have {len(quantization.scales)} scales, not one or one a channel"
        return
    product = given.quantization.scale * max(quantization.scales)
    if not fits(product, result.quantization.scale):
        yield "its scales are too far apart"
    elif use.operator.name == "FULLY_CONNECTED" and not quantization.per_channel:
        bias = use.bias.quantization if use.bias is not None else None
        bias_scale = bias.scale if bias else 0.0
        differs = abs(product - bias_scale) / result.quantization.scale > _BIAS_TOLERANCE
        if use.bias is not None and differs:
            yield "the scale of its bias is not that of the input times that of the weights"


def _fully_connected(use: Use) -> Iterator[str]:
    filter_, result = use.filter.shape, use.output.shape
    if len(filter_) != 2 or not result:
        yield "its weights have not 2 dimensions"
        return
    units, depth = filter_
    rows = use.output.elements // units
    if result[-1] != units or use.input.elements != rows * depth:
        yield "the shapes of its input, weights and output do not fit"
    elif use.operator.options.get("weights_format", 0):
        yield "its weights are shuffled"


def _convolution(use: Use) -> Iterator[str]:
    shapes = use.input.shape, use.filter.shape, use.output.shape
    if any(len(shape) != 4 for shape in shapes):
        yield "its input, filter and output have not 4 dimensions"
        return
    given, filter_, result = shapes
    if use.operator.name == "DEPTHWISE_CONV_2D":
        fits = filter_[0] == 1 and filter_[3] == result[3] and not result[3] % given[3]
    else:
        groups = given[3] // filter_[3]
        fits = (
            filter_[0] == result[3]
            and groups > 0
            and groups * filter_[3] == given[3]
            and not result[3] % groups
        )
    if not fits or given[0] != result[0]:
        yield "the batches or channels of its input, filter and output do not fit"
    else:
        yield from windows(use, filter_[1], filter_[2])
