"""The workloads whose cycles were published for a board, as C that the `bakenn` package generates.

Described in the benchmarks of the bakeNN project (github.com/scienthoon/bakeNN, benchmarks/): two
int8 networks 32 -> 16 (ReLU) -> 4, with weights of one scale a tensor and of one an output, and a
3x3 SAME convolution 1x4x4x1 -> 1x4x4x2 with ReLU. Called with all inputs at their zero point.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

COMPILER = "arm-none-eabi-gcc"
# What Zephyr 2.7 gives gcc with CONFIG_SPEED_OPTIMIZATIONS, as far as it concerns the code made.
FLAGS = (
    "-mcpu=cortex-m4",
    "-mthumb",
    "-std=c99",
    "-O2",
    "-ffreestanding",
    "-fno-common",
    "-fno-strict-overflow",
    "-fno-reorder-functions",
    "-fno-defer-pop",
    "-fno-asynchronous-unwind-tables",
    "-ffunction-sections",
    "-fdata-sections",
    "-g",
)

_MAIN = """
#include "{header}"
#include <stdint.h>
static uint8_t arena[64] __attribute__((aligned(16)));
static int8_t input[{macro}_INPUT_SIZE], output[{macro}_OUTPUT_SIZE];
__attribute__((noinline, used)) void workload(void) {{ {symbol}_infer(arena, input, output); }}
__attribute__((noinline)) int main(void) {{
  for (unsigned i = 0; i < sizeof input; i++) input[i] = {macro}_INPUT_ZERO_POINT;
  for (;;) workload();
}}
extern uint32_t stack_top;
__attribute__((section(".vectors"), used)) void *const vectors[] = {{&stack_top, (void *)main}};
"""

_SCRIPT = """
MEMORY { FLASH (rx) : ORIGIN = 0, LENGTH = 1M
         RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 256K }
ENTRY(main)
SECTIONS {
  .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) } > FLASH
  .bss : { *(.data*) *(.bss*) *(COMMON) } > RAM
  stack_top = ORIGIN(RAM) + LENGTH(RAM);
}
"""


class Kernels(Enum):
    """Which code bakenn generates."""

    PORTABLE = "portable C"
    SMLAD = "C with SMLAD"
    CMSIS_NN = "calls of CMSIS-NN"


@dataclass(frozen=True)
class Workload:
    """A graph, and which code is generated for it."""

    name: str
    graph: Callable[[], Any]
    kernels: Kernels


def build(workload: Workload, folder: Path) -> Path:
    """Generate and compile the C of `workload` in `folder`; return the ELF."""
    import bakenn

    policies = {
        Kernels.PORTABLE: bakenn.KernelPolicy.PORTABLE,
        Kernels.SMLAD: bakenn.KernelPolicy.REQUIRE_OPTIMIZED,
        Kernels.CMSIS_NN: bakenn.KernelPolicy.STATIC_PRIORITY,
    }
    options = bakenn.CBackendOptions(
        target=bakenn.CORTEX_M4,
        enable_cmsis_nn=workload.kernels is Kernels.CMSIS_NN,
        kernel_policy=policies[workload.kernels],
    )
    compiled = bakenn.compile(
        workload.graph(), folder / "generated", model_name="workload", backend_options=options
    )
    made = compiled.artifacts
    symbol = _symbol(made.header)
    main, script, elf = folder / "main.c", folder / "link.ld", folder / "workload.elf"
    main.write_text(
        _MAIN.format(header=made.header.name, macro=symbol.upper(), symbol=symbol), "utf-8"
    )
    script.write_text(_SCRIPT, "utf-8")
    sources = (made.model_source, made.weights_source, made.kernels_source, *made.support_sources)
    command = [
        COMPILER,
        *FLAGS,
        "-DBAKENN_CMSIS_NN_BUILTIN_MEMORY",
        *(f"-I{path}" for path in (made.header.parent, *made.support_include_dirs)),
        *map(str, (*sources, main)),
        *("-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", f"-T{script}"),
        *("-o", str(elf)),
    ]
    subprocess.run(command, check=True, timeout=300)
    return elf


def _symbol(header: Path) -> str:
    """The prefix of the generated names, from the declaration of `..._infer`."""
    words = header.read_text(encoding="utf-8").replace("(", " ").split()
    return next(word for word in words if word.endswith("_infer")).removesuffix("_infer")


def dense_graph() -> Any:
    """The fully connected network: layers of 16 and 4 outputs on 32 inputs."""
    from bakenn import ir

    widths = (32, 16, 4)
    quantization = ir.PerTensorQParams(2**-5, -3)
    values = {"input": _activation((1, widths[0]), ir.Layout.NC, quantization)}
    constants: dict[str, Any] = {}
    ops: list[Any] = []
    current = "input"
    for layer, (inputs, outputs) in enumerate(pairwise(widths)):
        scale = 2**-7 * (layer + 1)
        codes = np.arange(inputs * outputs) * (7 + layer) + 3
        weights = (codes % 41 - 20).reshape(outputs, inputs).astype(np.int8)
        after = ir.PerTensorQParams(3 * 2**-6 * (layer + 1), layer - 5)
        names = f"activation_{layer}", f"weight_{layer}", f"bias_{layer}"
        values[names[0]] = _activation((1, outputs), ir.Layout.NC, after)
        values[names[1]] = _weights(weights, (scale,) * outputs, ir.Layout.OI)
        values[names[2]] = _bias((quantization.scale * scale,) * outputs)
        constants[names[1]] = weights
        constants[names[2]] = (np.arange(outputs) * 31 - 79).astype(np.int32)
        hidden = layer < len(widths) - 2
        ops.append(
            ir.LinearOp(
                f"linear_{layer}",
                current,
                names[1],
                names[2],
                names[0],
                activation_min=after.zero_point if hidden else -128,
                activation_max=127,
            )
        )
        current, quantization = names[0], after
    return ir.QuantizedGraph(
        name="dense",
        values=values,
        constants=constants,
        ops=tuple(ops),
        inputs=("input",),
        outputs=(current,),
    )


def quantized_dense_graph() -> Any:
    """The same layers as bakenn quantizes them from floats, with a scale for each output."""
    import bakenn

    hidden = (np.arange(16 * 32, dtype=np.float32) % 17 - 8) / 16
    output = (np.arange(4 * 16, dtype=np.float32) % 11 - 5) / 12
    biases = np.linspace(-1 / 8, 1 / 8, 16), np.array([0, 1 / 8, -1 / 8, 1 / 16])
    layers = (
        bakenn.FloatLinear(hidden.reshape(16, 32), biases[0].astype(np.float32), True, "hidden"),
        bakenn.FloatLinear(output.reshape(4, 16), biases[1].astype(np.float32), False, "output"),
    )
    rising = np.linspace(-1, 1, 32, dtype=np.float32)
    calibration = np.stack((rising, -rising, np.sin(np.arange(32, dtype=np.float32))))
    return bakenn.quantize_ptq(bakenn.FloatMLP(layers, "dense"), calibration)


def convolution_graph() -> Any:
    """The convolution: 3x3 SAME with ReLU, 1x4x4x1 -> 1x4x4x2."""
    from bakenn import ir

    before, after = ir.PerTensorQParams(0.25, -3), ir.PerTensorQParams(0.5, 1)
    scales = (0.125, 0.25)
    weights = ((np.arange(18) * 5 + 1) % 19 - 9).reshape(2, 3, 3, 1).astype(np.int8)
    convolution: Any = ir.Conv2DOp(
        *("conv", "input", "weight", "bias", "output"),
        padding=(1, 1, 1, 1),
        activation_min=after.zero_point,
    )
    return ir.QuantizedGraph(
        name="convolution",
        values={
            "input": _activation((1, 4, 4, 1), ir.Layout.NHWC, before),
            "weight": _weights(weights, scales, ir.Layout.OHWI),
            "bias": _bias(tuple(before.scale * scale for scale in scales)),
            "output": _activation((1, 4, 4, 2), ir.Layout.NHWC, after),
        },
        constants={"weight": weights, "bias": np.array([4, -7], np.int32)},
        ops=(convolution,),
        inputs=("input",),
        outputs=("output",),
    )


def _activation(shape: tuple[int, ...], layout: Any, quantization: Any) -> Any:
    from bakenn import ir

    return ir.TensorType(shape, ir.DType.INT8, layout, quantization)


def _weights(codes: Any, scales: tuple[float, ...], layout: Any) -> Any:
    from bakenn import ir

    quantization = ir.PerAxisQParams(scales, (0,) * len(scales), 0)
    return ir.TensorType(codes.shape, ir.DType.INT8, layout, quantization)


def _bias(scales: tuple[float, ...]) -> Any:
    from bakenn import ir

    quantization = ir.PerAxisQParams(scales, (0,) * len(scales), 0)
    return ir.TensorType((len(scales),), ir.DType.INT32, ir.Layout.C, quantization)
