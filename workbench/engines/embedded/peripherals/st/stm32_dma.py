"""DMA controller of the STM32F2 and F4.

Source: RM0090 rev 19, section 10.5 "DMA registers".

Peripherals here are always ready, so a stream moves all its items at once, a little after it was
enabled, as drivers finish setting up the peripheral after the stream. Data that a USART receives is
the exception: it is moved byte by byte as it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workbench.engines.embedded.peripherals.st.stm32_usart import Stm32Usart
from workbench.peripheral import Context, Peripheral, RegisterBlock

STREAMS = 8
LISR, HISR, LIFCR, HIFCR = 0x00, 0x04, 0x08, 0x0C
STREAM = 0x10  # + 0x18 n: CR, NDTR, PAR, M0AR, M1AR, FCR
STREAM_SIZE = 0x18
CR, NDTR, PAR, M0AR = 0x00, 0x04, 0x08, 0x0C

CR_EN = 1 << 0
CR_TEIE, CR_HTIE, CR_TCIE = 1 << 2, 1 << 3, 1 << 4
CR_DIR_SHIFT = 6
CR_CIRC = 1 << 8
CR_PINC, CR_MINC = 1 << 9, 1 << 10
CR_PSIZE_SHIFT, CR_MSIZE_SHIFT = 11, 13
PSIZE_WORD = 2  # 3 is reserved
FROM_PERIPHERAL, TO_PERIPHERAL, BETWEEN_MEMORIES = 0, 1, 2

TEIF, HTIF, TCIF = 1 << 3, 1 << 4, 1 << 5
FLAG_SHIFTS = (0, 6, 16, 22)  # of the streams in LISR, and again in HISR

SETUP_SECONDS = 10e-6  # between enabling a stream and the first request of its peripheral


class Stm32Dma(RegisterBlock):
    """Eight streams; stream n has its interrupt on line n."""

    STATE = RegisterBlock.STATE | {"lengths"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._lines = [context.line(stream) for stream in range(STREAMS)]
        self._timers = [context.clock.timer(self._runner(stream)) for stream in range(STREAMS)]
        self._usarts: list[Stm32Usart] = []
        self._peripheral_port = context.bus.master("peripheral")
        self._memory_port = context.bus.master("memory")
        self.reset()

    def connect(self, peripherals: Mapping[str, Peripheral]) -> None:
        self._usarts = [p for p in peripherals.values() if isinstance(p, Stm32Usart)]
        for usart in self._usarts:
            usart.receive_requests.append(self._serve)

    def reset(self) -> None:
        super().reset()
        self.lengths = [0] * STREAMS  # NDTR when the stream was enabled
        for timer in self._timers:
            timer.cancel()
        self._drive()

    def write_register(self, offset: int, value: int) -> None:
        if offset in (LIFCR, HIFCR):
            status = LISR if offset == LIFCR else HISR
            self.values[status] = self.values.get(status, 0) & ~value
        elif offset not in (LISR, HISR):
            stream, register = divmod(offset - STREAM, STREAM_SIZE)
            if stream < STREAMS and register == CR:
                self._control(stream, value)
            else:
                super().write_register(offset, value)
        self._drive()

    def _get(self, stream: int, register: int) -> int:
        return self.values.get(STREAM + STREAM_SIZE * stream + register, 0)

    def _set(self, stream: int, register: int, value: int) -> None:
        self.values[STREAM + STREAM_SIZE * stream + register] = value

    def _control(self, stream: int, value: int) -> None:
        was_enabled = self._get(stream, CR) & CR_EN
        self._set(stream, CR, value)
        if not value & CR_EN:
            self._timers[stream].cancel()
        elif not was_enabled:
            self.lengths[stream] = self._get(stream, NDTR) & 0xFFFF
            ticks = int(self.context.clock.ticks_per_second * SETUP_SECONDS)
            self._timers[stream].arm(max(1, ticks))

    def _runner(self, stream: int) -> Callable[[], None]:
        return lambda: self._run(stream)

    def _run(self, stream: int) -> None:
        """Move what the peripheral of `stream` is ready for."""
        usart = self._source_usart(stream)
        if usart is not None:
            self._serve(usart)
            return
        for _ in range(self._get(stream, NDTR) & 0xFFFF):
            self._move_item(stream)
        self._drive()

    def _source_usart(self, stream: int) -> Stm32Usart | None:
        """The USART that `stream` receives from."""
        if self._get(stream, CR) >> CR_DIR_SHIFT & 0b11 != FROM_PERIPHERAL:
            return None
        address = self._get(stream, PAR)
        return next(
            (u for u in self._usarts if 0 <= address - u.context.address < u.context.size), None
        )

    def _serve(self, usart: Stm32Usart) -> None:
        """`usart` may have received something."""
        for stream in range(STREAMS):
            if self._source_usart(stream) is usart:
                while self._get(stream, CR) & CR_EN and usart.requests_receive:
                    self._move_item(stream)
        self._drive()

    def _move_item(self, stream: int) -> None:
        control, left = self._get(stream, CR), self._get(stream, NDTR) & 0xFFFF
        if not control & CR_EN or not left:
            return
        done = self.lengths[stream] - left
        width = 1 << min(control >> CR_PSIZE_SHIFT & 0b11, PSIZE_WORD)
        peripheral = self._get(stream, PAR) + (done * width if control & CR_PINC else 0)
        memory = self._get(stream, M0AR) + (done * width if control & CR_MINC else 0)
        self._set(stream, NDTR, left - 1)
        if control >> CR_DIR_SHIFT & 0b11 == TO_PERIPHERAL:
            data = self._memory_port.read(memory, width)
            moved = data is not None and self._peripheral_port.write(peripheral, data)
        else:
            data = self._peripheral_port.read(peripheral, width)
            moved = data is not None and self._memory_port.write(memory, data)
        if not moved:
            self._fail(stream, left)
            return
        if left - 1 == self.lengths[stream] // 2:
            self._flag(stream, HTIF)
        if left == 1:
            self._complete(stream, control)

    def _fail(self, stream: int, left: int) -> None:
        """A bus error ends the transfer: TEIF, and the stream is disabled (10.3.19)."""
        self._set(stream, NDTR, left)
        self._set(stream, CR, self._get(stream, CR) & ~CR_EN)
        self._flag(stream, TEIF)

    def _complete(self, stream: int, control: int) -> None:
        self._flag(stream, TCIF)
        if control & CR_CIRC:
            self._set(stream, NDTR, self.lengths[stream])
        else:
            self._set(stream, CR, control & ~CR_EN)

    def _flag(self, stream: int, flag: int) -> None:
        register, shift = _flags(stream)
        self.values[register] = self.values.get(register, 0) | flag << shift

    def _drive(self) -> None:
        for stream, line in enumerate(self._lines):
            control = self._get(stream, CR)
            register, shift = _flags(stream)
            flags = self.values.get(register, 0) >> shift
            pairs = ((TCIF, CR_TCIE), (HTIF, CR_HTIE), (TEIF, CR_TEIE))
            line.set(any(flags & flag and control & enable for flag, enable in pairs))


def _flags(stream: int) -> tuple[int, int]:
    """The status register and the position of a stream's flags."""
    return (LISR if stream < STREAMS // 2 else HISR), FLAG_SHIFTS[stream % (STREAMS // 2)]
