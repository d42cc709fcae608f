"""Which model stands for which of Renode's types.

The machine asks `size_of` where the .repl gives no size, and `create` for the model itself. Core,
NVIC, memories that map directly and bit-banding are the machine's own and not in here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.engines.embedded.peripheral import Context, Peripheral
from workbench.engines.embedded.peripherals.combined_input import CombinedInput
from workbench.engines.embedded.peripherals.nrf_clock import NrfClock
from workbench.engines.embedded.peripherals.nrf_gpio import NrfGpio
from workbench.engines.embedded.peripherals.nrf_uarte import NrfUarte
from workbench.engines.embedded.peripherals.python_script import PythonScript
from workbench.engines.embedded.peripherals.stm32_flash import Stm32FlashController
from workbench.engines.embedded.peripherals.stm32_gpio import Stm32GpioPort
from workbench.engines.embedded.peripherals.stm32_pwr import Stm32Pwr
from workbench.engines.embedded.peripherals.stm32_rcc import Stm32Rcc
from workbench.engines.embedded.peripherals.stm32_usart import Stm32Usart
from workbench.engines.embedded.peripherals.storage import Storage, UnmodelledStorage

# Model and default size in bytes; sizes are those of Renode's models.
_STM32, _NRF = 0x400, 0x1000
MODELS: Mapping[str, tuple[Callable[[Context], Peripheral], int]] = {
    "GPIOPort.NRF52840_GPIO": (NrfGpio, 0x300),
    "GPIOPort.STM32_GPIOPort": (Stm32GpioPort, _STM32),
    "MTD.STM32F4_FlashController": (Stm32FlashController, _STM32),
    "Memory.ArrayMemory": (Storage, 0),
    "Miscellaneous.CombinedInput": (CombinedInput, 0),
    "Miscellaneous.NRF52840_CLOCK": (NrfClock, _NRF),
    "Miscellaneous.NRF_CLOCK": (NrfClock, _NRF),
    "Miscellaneous.STM32F4_RCC": (Stm32Rcc, _STM32),
    "Miscellaneous.STM32_PWR": (Stm32Pwr, _STM32),
    "Python.PythonPeripheral": (PythonScript, 0),
    "UART.NRF52840_UART": (NrfUarte, _NRF),
    "UART.STM32_UART": (Stm32Usart, _STM32),
}


def create(context: Context) -> Peripheral:
    """Return the model of `context.type`, reset; plain storage that warns if there is none."""
    model, _ = MODELS.get(context.type, (UnmodelledStorage, 0))
    return model(context)


def is_modelled(type_name: str) -> bool:
    return type_name in MODELS


def size_of(type_name: str, properties: Mapping[str, Any]) -> int:
    """The size in bytes of a peripheral whose registration gives none."""
    size = properties.get("size")
    if isinstance(size, int) and size > 0:
        return size
    family = _NRF if "NRF" in type_name.upper() else _STM32
    return (MODELS[type_name][1] if type_name in MODELS else 0) or family
