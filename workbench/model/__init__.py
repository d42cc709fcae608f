"""Models and features: read, check, train, quantize; MFCC; the host oracle.

Nothing here imports TensorFlow, except `train` and `quantize` when they are called. The function
`quantize` is in `workbench.model.quantization`: here its name is that of the module.
"""

from workbench.model.inspection import Finding, Inspection, check, inspect_model
from workbench.model.labels import read_labels
from workbench.model.operators import RequiredOperator, required_operators
from workbench.model.quantization import Quantization, dequantize
from workbench.model.reader import parse_model, read_model
from workbench.model.values import Model, Operator, Tensor

__all__ = [
    "Finding",
    "Inspection",
    "Model",
    "Operator",
    "Quantization",
    "RequiredOperator",
    "Tensor",
    "check",
    "dequantize",
    "inspect_model",
    "parse_model",
    "read_labels",
    "read_model",
    "required_operators",
]
