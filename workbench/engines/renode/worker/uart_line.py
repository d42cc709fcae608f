"""What a model in Renode says of its line, as expressions: is it listening, how long is a byte?"""

from __future__ import annotations

from typing import Any

from workbench.engines.renode.worker.dotnet import (
    Array,
    DivideByZeroException,
    Double,
    Enum,
    Expression,
    Int64,
    Math,
    Type,
    UInt32,
    UInt64,
    hidden_field,
    type_of,
)
from workbench.engines.renode.worker.expressions import call, constant, convert, read

# Offset of CR1 and its bits UE and RE: RM0090 rev 19, 30.6.4; RM0385 rev 8, 31.8.1.
_STM32_ON = {"STM32_UART": (0x0C, 1 << 13 | 1 << 2), "STM32F7_USART": (0x00, 1 << 0 | 1 << 2)}
_IDLEIE = 1 << 4  # of CR1
_NRF, _NRF_ENABLE = "NRF52840_UART", 0x500  # nRF52840 PS v1.7, 6.34.9
_USUAL_BAUD = 115_200.0
"""Where a model has no rate, as for values that it does not know."""
_HALF_STOP_BITS = {"Half": 1.0, "OneAndAHalf": 3.0, "Two": 4.0}
_NANOSECONDS = 1e9


def receiver_is_on(uart: Any) -> Any:
    """Return whether the firmware has its receiver on; always for models that do not say."""
    name = str(uart.GetType().Name)
    if name in _STM32_ON:
        offset, bits = _STM32_ON[name]
        control = Expression.And(_register(uart, offset), constant(UInt32(bits)))
        return Expression.Equal(control, constant(UInt32(bits)))
    started = hidden_field(uart, "rxStarted") if name == _NRF else None
    if started is None:
        return constant(True)
    enabled = Expression.NotEqual(_register(uart, _NRF_ENABLE), constant(UInt32(0)))
    return Expression.AndAlso(Expression.Field(constant(uart), started), enabled)


def interrupts_when_idle(uart: Any) -> bool:
    """Return whether an STM32F4's USART interrupts where its line is idle."""
    name = str(uart.GetType().Name)
    if name != "STM32_UART":
        return True
    return bool(int(uart.ReadDoubleWord(_STM32_ON[name][0])) & _IDLEIE)


def frame_nanoseconds(uart: Any) -> Any:
    """Return the time of a byte at the rate that the firmware has set, rounded up, as a UInt64."""
    bits = Expression.Divide(_half_bits(uart), constant(2.0))
    seconds = Expression.Divide(bits, _baud(uart))
    nanoseconds = Expression.Multiply(seconds, constant(_NANOSECONDS))
    ceiling = type_of(Math).GetMethod("Ceiling", Array[Type]([type_of(Double)]))
    return convert(Expression.Call(ceiling, Array[Expression]([nanoseconds])), UInt64)


def _baud(uart: Any) -> Any:
    """The baud rate as a Double. The model of the F7 divides by BRR, whatever it is."""
    rate = convert(read(uart, "BaudRate"), Double)
    usual = constant(_USUAL_BAUD)
    known = Expression.Condition(Expression.Equal(rate, constant(0.0)), usual, rate)
    return Expression.TryCatch(known, Expression.Catch(type_of(DivideByZeroException), usual))


def _half_bits(uart: Any) -> Any:
    """Twice the bits of a frame: start, eight of data, parity where it is beside them, stop."""
    stop = read(uart, "StopBits")
    half_bits = constant(2 * 9.0 + 2.0)
    for name, length in _HALF_STOP_BITS.items():
        found = Expression.Equal(stop, _named(stop, name))
        half_bits = Expression.Condition(found, constant(2 * 9.0 + length), half_bits)
    if str(uart.GetType().Name) in _STM32_ON:  # the parity bit is one of the eight
        return half_bits
    parity = read(uart, "ParityBit")
    is_none = Expression.Equal(parity, _named(parity, "None"))
    length = Expression.Condition(is_none, constant(0.0), constant(2.0))
    return Expression.Add(half_bits, length)


def _named(value: Any, name: str) -> Any:
    """The constant `name` of the enumeration that `value` is of."""
    return Expression.Constant(Enum.Parse(value.Type, name), value.Type)


def _register(uart: Any, offset: int) -> Any:
    return call(uart, "ReadDoubleWord", constant(Int64(offset)))
