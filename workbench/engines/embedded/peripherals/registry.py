"""Which model stands for which of Renode's types.

The machine asks `size_of` where the .repl gives no size, and `create` for the model itself. Core,
NVIC, memories that map directly and bit-banding are the machine's own and not in here.
`from_outside.py` finds the models that users add.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.engines.embedded.peripherals.generic.button import Button
from workbench.engines.embedded.peripherals.generic.combined_input import CombinedInput
from workbench.engines.embedded.peripherals.generic.python_script import PythonScript
from workbench.engines.embedded.peripherals.generic.storage import Storage, UnmodelledStorage
from workbench.engines.embedded.peripherals.nordic.nrf_clock import NrfClock
from workbench.engines.embedded.peripherals.nordic.nrf_ecb import NrfEcb
from workbench.engines.embedded.peripherals.nordic.nrf_egu import NrfEgu
from workbench.engines.embedded.peripherals.nordic.nrf_gpio import NrfGpio
from workbench.engines.embedded.peripherals.nordic.nrf_gpiote import NrfGpiote
from workbench.engines.embedded.peripherals.nordic.nrf_ppi import NrfPpi
from workbench.engines.embedded.peripherals.nordic.nrf_rng import NrfRng
from workbench.engines.embedded.peripherals.nordic.nrf_rtc import NrfRtc
from workbench.engines.embedded.peripherals.nordic.nrf_spim import NrfSpim
from workbench.engines.embedded.peripherals.nordic.nrf_timer import NrfTimer
from workbench.engines.embedded.peripherals.nordic.nrf_twim import NrfTwim
from workbench.engines.embedded.peripherals.nordic.nrf_uarte import NrfUarte
from workbench.engines.embedded.peripherals.nordic.nrf_wdt import NrfWatchdog
from workbench.engines.embedded.peripherals.st.stm32_adc import Stm32Adc
from workbench.engines.embedded.peripherals.st.stm32_can import Stm32Can
from workbench.engines.embedded.peripherals.st.stm32_crc import Stm32Crc
from workbench.engines.embedded.peripherals.st.stm32_dma import Stm32Dma
from workbench.engines.embedded.peripherals.st.stm32_exti import Stm32Exti
from workbench.engines.embedded.peripherals.st.stm32_flash import Stm32FlashController
from workbench.engines.embedded.peripherals.st.stm32_gpio import Stm32GpioPort
from workbench.engines.embedded.peripherals.st.stm32_iwdg import Stm32Iwdg
from workbench.engines.embedded.peripherals.st.stm32_pwr import Stm32Pwr
from workbench.engines.embedded.peripherals.st.stm32_rcc import Stm32Rcc
from workbench.engines.embedded.peripherals.st.stm32_rng import Stm32Rng
from workbench.engines.embedded.peripherals.st.stm32_rtc import Stm32Rtc
from workbench.engines.embedded.peripherals.st.stm32_timer import Stm32Timer
from workbench.engines.embedded.peripherals.st.stm32_usart import Stm32Usart
from workbench.engines.embedded.peripherals.st.stm32f7_usart import Stm32F7Usart
from workbench.peripheral import Context, Peripheral

# Model and default size in bytes; sizes are those of Renode's models.
_STM32, _NRF = 0x400, 0x1000
MODELS: Mapping[str, tuple[Callable[[Context], Peripheral], int]] = {
    "Analog.STM32_ADC": (Stm32Adc, 0x50),
    "CAN.STMCAN": (Stm32Can, _STM32),
    "CRC.STM32_CRC": (Stm32Crc, _STM32),
    "DMA.STM32DMA": (Stm32Dma, _STM32),
    "GPIOPort.NRF52840_GPIO": (NrfGpio, 0x300),
    "GPIOPort.NRF52840_GPIOTasksEvents": (NrfGpiote, _NRF),
    "GPIOPort.STM32_GPIOPort": (Stm32GpioPort, _STM32),
    "I2C.NRF52840_I2C": (NrfTwim, _NRF),
    "IRQControllers.STM32F4_EXTI": (Stm32Exti, _STM32),
    "MTD.STM32F4_FlashController": (Stm32FlashController, _STM32),
    "Memory.ArrayMemory": (Storage, 0),
    "Miscellaneous.Button": (Button, 0),
    "Miscellaneous.CombinedInput": (CombinedInput, 0),
    "Miscellaneous.LED": (Peripheral, 0),
    "Miscellaneous.NRF52840_CLOCK": (NrfClock, _NRF),  # its name in Renode 1.15
    "Miscellaneous.NRF52840_ECB": (NrfEcb, _NRF),
    "Miscellaneous.NRF52840_EGU": (NrfEgu, _NRF),
    "Miscellaneous.NRF52840_PPI": (NrfPpi, _NRF),
    "Miscellaneous.NRF52840_RNG": (NrfRng, _NRF),
    "Miscellaneous.NRF_CLOCK": (NrfClock, _NRF),
    "Miscellaneous.STM32F4_RCC": (Stm32Rcc, _STM32),
    "Miscellaneous.STM32F4_RNG": (Stm32Rng, _STM32),
    "Miscellaneous.STM32_PWR": (Stm32Pwr, _STM32),
    "Miscellaneous.STM32_RNG": (Stm32Rng, _STM32),  # its name after Renode 1.16
    "Python.PythonPeripheral": (PythonScript, 0),
    "SPI.NRF52840_SPI": (NrfSpim, _NRF),
    "Timers.NRF52840_RTC": (NrfRtc, _NRF),
    "Timers.NRF52840_Timer": (NrfTimer, _NRF),
    "Timers.NRF52840_Watchdog": (NrfWatchdog, _NRF),
    "Timers.STM32F4_RTC": (Stm32Rtc, _STM32),
    "Timers.STM32_IndependentWatchdog": (Stm32Iwdg, _STM32),
    "Timers.STM32_Timer": (Stm32Timer, _STM32),
    "UART.NRF52840_UART": (NrfUarte, _NRF),
    "UART.STM32F7_USART": (Stm32F7Usart, _STM32),
    "UART.STM32_UART": (Stm32Usart, _STM32),
}


class Registry:
    """The models of the workbench, and those that were added to them.

    added: type -> class, of types that the workbench has no model of.
    """

    def __init__(self, added: Mapping[str, type[Peripheral]] | None = None) -> None:
        self._models: dict[str, tuple[Callable[[Context], Peripheral], int]] = {**MODELS}
        for name, model in (added or {}).items():
            self._models.setdefault(name, (model, model.SIZE))

    def create(self, context: Context) -> Peripheral:
        """Return the model of `context.type`, reset; plain storage that warns if there is none."""
        model, _ = self._models.get(context.type, (UnmodelledStorage, 0))
        return model(context)

    def is_modelled(self, type_name: str) -> bool:
        """Return whether there is a model of that type."""
        return type_name in self._models

    def size_of(self, type_name: str, properties: Mapping[str, Any]) -> int:
        """Return the size in bytes of a peripheral whose registration gives none."""
        size = properties.get("size")
        if isinstance(size, int) and size > 0:
            return size
        family = _NRF if "NRF" in type_name.upper() else _STM32
        return (self._models[type_name][1] if self.is_modelled(type_name) else 0) or family


OWN = Registry()
"""The models of the workbench alone."""
