"""DMA controller of the STM32F2 and F4.

Source: RM0090 rev 19, section 10.5 "DMA registers".

Transfers between memories and from memory to a peripheral are done at once, as peripherals here
are always ready to take data. Requests of peripherals that deliver data are not modelled: such a
stream stays enabled and waits, with a warning.
"""

from __future__ import annotations

from workbench.engines.embedded.peripheral import Context
from workbench.engines.embedded.peripherals.registers import RegisterBlock

STREAMS = 8
LISR, HISR, LIFCR, HIFCR = 0x00, 0x04, 0x08, 0x0C
STREAM = 0x10  # + 0x18 n: CR, NDTR, PAR, M0AR, M1AR, FCR
STREAM_SIZE = 0x18
CR, NDTR, PAR, M0AR = 0x00, 0x04, 0x08, 0x0C

CR_EN = 1 << 0
CR_HTIE, CR_TCIE = 1 << 3, 1 << 4
CR_DIR_SHIFT = 6
CR_PINC, CR_MINC = 1 << 9, 1 << 10
CR_PSIZE_SHIFT, CR_MSIZE_SHIFT = 11, 13
FROM_PERIPHERAL, TO_PERIPHERAL, BETWEEN_MEMORIES = 0, 1, 2

HTIF, TCIF = 1 << 4, 1 << 5
FLAG_SHIFTS = (0, 6, 16, 22)  # of the streams in LISR, and again in HISR


class Stm32Dma(RegisterBlock):
    """Eight streams; stream n has its interrupt on line n."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._lines = [context.line(stream) for stream in range(STREAMS)]
        self._warned = False

    def reset(self) -> None:
        super().reset()
        self._drive()

    def write_register(self, offset: int, value: int) -> None:
        if offset in (LIFCR, HIFCR):
            status = LISR if offset == LIFCR else HISR
            self.values[status] = self.values.get(status, 0) & ~value
        elif offset not in (LISR, HISR):
            stream, register = divmod(offset - STREAM, STREAM_SIZE)
            started = register == CR and value & CR_EN and not self.values.get(offset, 0) & CR_EN
            super().write_register(offset, value)
            if started:
                self._start(stream)
        self._drive()

    def _start(self, stream: int) -> None:
        base = STREAM + STREAM_SIZE * stream
        control, count = self.values[base + CR], self.values.get(base + NDTR, 0) & 0xFFFF
        direction = control >> CR_DIR_SHIFT & 0b11
        if direction == FROM_PERIPHERAL:
            self._warn(stream)
            return
        peripheral, memory = self.values.get(base + PAR, 0), self.values.get(base + M0AR, 0)
        width, memory_width = 1 << (control >> CR_PSIZE_SHIFT & 0b11), control >> CR_MSIZE_SHIFT
        if direction == BETWEEN_MEMORIES:
            source, source_step = peripheral, width if control & CR_PINC else 0
            target, target_step = memory, width if control & CR_MINC else 0
        else:
            source, source_step = memory, 1 << (memory_width & 0b11) if control & CR_MINC else 0
            target, target_step = peripheral, width if control & CR_PINC else 0
        for item in range(count):
            data = self.context.bus.read(source + item * source_step, width)
            self.context.bus.write(target + item * target_step, data)
        self.values[base + NDTR] = 0
        self.values[base + CR] = control & ~CR_EN
        register, shift = _flags(stream)
        self.values[register] = self.values.get(register, 0) | (HTIF | TCIF) << shift

    def _warn(self, stream: int) -> None:
        if not self._warned:
            self._warned = True
            self.context.warn(
                f"{self.context.name}: stream {stream} waits for data of a peripheral; such "
                "requests are not modelled"
            )

    def _drive(self) -> None:
        for stream, line in enumerate(self._lines):
            control = self.values.get(STREAM + STREAM_SIZE * stream + CR, 0)
            register, shift = _flags(stream)
            flags = self.values.get(register, 0) >> shift
            complete = flags & TCIF and control & CR_TCIE
            half = flags & HTIF and control & CR_HTIE
            line.set(bool(complete or half))


def _flags(stream: int) -> tuple[int, int]:
    """The status register and the position of a stream's flags."""
    return (LISR if stream < STREAMS // 2 else HISR), FLAG_SHIFTS[stream % (STREAMS // 2)]
