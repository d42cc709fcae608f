"""AES-128 ECB block encryption of the nRF52 series.

Source: nRF52840 Product Specification v1.7, section 6.6 "ECB"; FIPS 197 for the cipher.
"""

from __future__ import annotations

from workbench.engines.embedded.peripherals.nordic.nrf import NrfPeripheral
from workbench.peripheral import Context

STARTECB = 0x000
STOPECB = 0x004
ENDECB = 0x100
ERRORECB = 0x104
ECBDATAPTR = 0x504

KEY_SIZE = BLOCK_SIZE = 16
ROUNDS = 10


class NrfEcb(NrfPeripheral):
    """Encrypts at once: key, clear text and cipher text follow each other in memory, 6.6.1."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._dma = context.bus.master()

    def task(self, offset: int) -> None:
        if offset == STARTECB:
            address = self.values.get(ECBDATAPTR, 0)
            self.event(ENDECB if self._encrypt_at(address) else ERRORECB)

    def _encrypt_at(self, address: int) -> bool:
        """Encrypt the block at `address`; False where EasyDMA does not reach it."""
        data = self._dma.read(address, KEY_SIZE + BLOCK_SIZE)
        if data is None:
            return False
        cipher = encrypt(data[:KEY_SIZE], data[KEY_SIZE:])
        return self._dma.write(address + KEY_SIZE + BLOCK_SIZE, cipher)


def encrypt(key: bytes, block: bytes) -> bytes:
    """Encrypt one block by AES-128 (FIPS 197, 5.1); all three values have 16 bytes."""
    schedule = _expand(key)
    state = _xor(block, schedule[0])
    for number in range(1, ROUNDS + 1):
        state = bytes(_SBOX[byte] for byte in state)
        state = bytes(state[(5 * i) % BLOCK_SIZE] for i in range(BLOCK_SIZE))  # ShiftRows
        if number < ROUNDS:
            state = b"".join(_mix(state[i : i + 4]) for i in range(0, BLOCK_SIZE, 4))
        state = _xor(state, schedule[number])
    return state


def _double(byte: int) -> int:
    return (byte << 1) ^ (0x11B if byte & 0x80 else 0)


def _make_sbox() -> bytes:
    """The S-box from its definition (FIPS 197, 5.1.1): inverse in GF(2^8), then an affine map."""
    box = bytearray(256)
    p = q = 1
    while True:
        p = p ^ _double(p)  # p runs through all elements, as a generator's powers; q is 1 / p
        for shift in (1, 2, 4):
            q ^= q << shift
        q &= 0xFF
        if q & 0x80:
            q ^= 0x09
        rotated = q
        for shift in range(1, 5):
            rotated ^= (q << shift | q >> (8 - shift)) & 0xFF
        box[p] = rotated ^ 0x63
        if p == 1:
            break
    box[0] = 0x63
    return bytes(box)


_SBOX = _make_sbox()


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _mix(column: bytes) -> bytes:
    """MixColumns for one column (FIPS 197, 5.1.3)."""
    total = column[0] ^ column[1] ^ column[2] ^ column[3]
    return bytes(column[i] ^ total ^ _double(column[i] ^ column[(i + 1) % 4]) for i in range(4))


def _expand(key: bytes) -> list[bytes]:
    """The round keys (FIPS 197, 5.2)."""
    words = [key[i : i + 4] for i in range(0, KEY_SIZE, 4)]
    constant = 1
    while len(words) < 4 * (ROUNDS + 1):
        word = words[-1]
        if len(words) % 4 == 0:
            word = bytes(_SBOX[byte] for byte in word[1:] + word[:1])
            word = bytes([word[0] ^ constant]) + word[1:]
            constant = _double(constant)
        words.append(_xor(words[-4], word))
    return [b"".join(words[i : i + 4]) for i in range(0, len(words), 4)]
