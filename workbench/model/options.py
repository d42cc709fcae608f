"""The operators' options that `workbench model inspect` shows, field by field.

Numbers from tensorflow/compiler/mlir/lite/schema/schema.fbs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How an option is stored and shown."""

    INT = "int32"
    FLOAT = "float32"
    BOOL = "bool"
    PADDING = "Padding"
    ACTIVATION = "ActivationFunctionType"

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return 4 if self in (Kind.INT, Kind.FLOAT) else 1


@dataclass(frozen=True)
class Option:
    """One field: its number in the options' table, and the schema's default."""

    number: int
    name: str
    kind: Kind
    default: int = 0


PADDINGS = ("SAME", "VALID")
ACTIVATIONS = ("NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT")

# Member of the union BuiltinOptions -> its fields.
OPTIONS: dict[int, tuple[Option, ...]] = {
    1: (  # Conv2DOptions
        Option(0, "padding", Kind.PADDING),
        Option(2, "stride_h", Kind.INT),
        Option(1, "stride_w", Kind.INT),
        Option(5, "dilation_h", Kind.INT, default=1),
        Option(4, "dilation_w", Kind.INT, default=1),
        Option(3, "activation", Kind.ACTIVATION),
    ),
    2: (  # DepthwiseConv2DOptions
        Option(0, "padding", Kind.PADDING),
        Option(2, "stride_h", Kind.INT),
        Option(1, "stride_w", Kind.INT),
        Option(6, "dilation_h", Kind.INT, default=1),
        Option(5, "dilation_w", Kind.INT, default=1),
        Option(3, "depth_multiplier", Kind.INT),
        Option(4, "activation", Kind.ACTIVATION),
    ),
    5: (  # Pool2DOptions
        Option(0, "padding", Kind.PADDING),
        Option(2, "stride_h", Kind.INT),
        Option(1, "stride_w", Kind.INT),
        Option(4, "filter_h", Kind.INT),
        Option(3, "filter_w", Kind.INT),
        Option(5, "activation", Kind.ACTIVATION),
    ),
    8: (  # FullyConnectedOptions
        Option(2, "keep_num_dims", Kind.BOOL),
        Option(0, "activation", Kind.ACTIVATION),
        Option(1, "weights_format", Kind.BOOL),
    ),
    9: (Option(0, "beta", Kind.FLOAT),),  # SoftmaxOptions
    10: (  # ConcatenationOptions
        Option(0, "axis", Kind.INT),
        Option(1, "activation", Kind.ACTIVATION),
    ),
    11: (Option(0, "activation", Kind.ACTIVATION),),  # AddOptions
    27: (Option(0, "keep_dims", Kind.BOOL),),  # ReducerOptions
    32: (  # StridedSliceOptions
        Option(0, "begin_mask", Kind.INT),
        Option(1, "end_mask", Kind.INT),
        Option(2, "ellipsis_mask", Kind.INT),
        Option(3, "new_axis_mask", Kind.INT),
        Option(4, "shrink_axis_mask", Kind.INT),
        Option(5, "offset", Kind.BOOL),
    ),
    59: (  # PackOptions
        Option(0, "values_count", Kind.INT),
        Option(1, "axis", Kind.INT),
    ),
}
