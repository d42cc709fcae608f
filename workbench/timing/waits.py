def flash_costs(
    flash: Flash, clock_hz: int, flow: Flow, in_flash: tuple[tuple[int, int], ...]
) -> Costs:
    """Return the cycles that each instruction waits for flash, for code and for data.

    in_flash: (start, end) of the address ranges that are flash.
    """
    waits = flash.wait_states(clock_hz)
    return Costs(
        (
            _code_waits(flash, waits, flow, in_flash),
            _data_waits(flash, waits, flow, in_flash),
        )
    )


Transfer = tuple[tuple[int, int], int]
"""From which line to which execution went, and how often."""


@dataclass(frozen=True)
class _Lines:
    """The lines of code that were executed, by ascending number.

    numbers: address // bytes of a line. first: address of the first executed instruction of each.
    sequential, jumped: how often each was entered from the line before, and by jumps.
    """

    numbers: list[int]
    first: list[int]
    sequential: list[int]
    jumped: list[int]
    transfers: Mapping[tuple[int, int], int]

    @property
    def visits(self) -> list[int]:
        return [one + other for one, other in zip(self.sequential, self.jumped, strict=True)]


def _code_waits(
    flash: Flash, waits: int, flow: Flow, in_flash: tuple[tuple[int, int], ...]
) -> Waits:
    if not waits:
        return Waits.of(Cause.CODE_FETCH, {})
    lines = _lines(flow, in_flash, flash.read_bytes)
    visits = dict(zip(lines.numbers, lines.visits, strict=True))
    cached = flash.code_cache_lines
    frequent = sorted(lines.transfers.items(), key=lambda item: (-item[1], item[0]))
    # No loop is longer than all lines together.
    loops = _loop_sizes(visits, frequent) if len(visits) > cached else {}
    misses = _misses_at_most(visits, frequent, cached)
    behind = _wait_in_sequence(flash, waits)
    found = {}
    for number, first, sequential, jumped in zip(
        lines.numbers, lines.first, lines.sequential, lines.jumped, strict=True
    ):
        jumps = jumped * waits
        low, best, high = (
            jumps + sequential * behind[0],
            jumps + sequential * behind[1],
            jumps + sequential * behind[2],
        )
        if cached:
            high = -(-high * misses[number] // max(1, visits[number]))
            low, best = 0, min(best, high) if loops.get(number, 0) > cached else 0
        if high:
            found[first] = low, best, high
    return Waits.of(Cause.CODE_FETCH, found)


def _wait_in_sequence(flash: Flash, waits: int) -> tuple[int, int, int]:
    """What is left of the wait states where code runs on into the next line: low, best, high."""
    if not flash.prefetch:
        return waits, waits, waits
    low, best, high = (
        max(0, waits - (flash.read_bytes // consumed - 1)) for consumed in _CORE_BYTES_A_CYCLE
    )
    return low, best, high


def _lines(flow: Flow, in_flash: tuple[tuple[int, int], ...], line_bytes: int) -> _Lines:
    number_of = flow.addresses // line_bytes
    numbers = np.unique(number_of[_within(flow.addresses, in_flash)])
    firsts = np.searchsorted(number_of, numbers)  # a line is in flash or not, all of it
    before = number_of[firsts - 1]
    # Only its first instruction can be entered from another line without a jump.
    entered = flow.follows[firsts] & (before != numbers)
    sequential = np.where(entered, flow.sequential[firsts], 0)
    transfers: defaultdict[tuple[int, int], int] = defaultdict(int)
    for number, times in zip(numbers[entered].tolist(), sequential[entered].tolist(), strict=True):
        transfers[number - 1, number] += times
    jumped = dict.fromkeys(numbers.tolist(), 0)
    for (source, target), times in flow.trace.jumps.items():
        here, there = source // line_bytes, target // line_bytes
        if there in jumped and here != there:
            jumped[there] += times
            transfers[here, there] += times
    return _Lines(
        numbers.tolist(),
        flow.addresses[firsts].tolist(),
        sequential.tolist(),
        list(jumped.values()),
        transfers,
    )


def _within(addresses: Numbers, ranges: tuple[tuple[int, int], ...]) -> npt.NDArray[np.bool_]:
    """Which of the addresses lie in one of the ranges?"""
    found = np.zeros(len(addresses), np.bool_)
    for start, end in ranges:
        found |= (addresses >= start) & (addresses < end)
    return found


class _Groups:
    """Disjoint sets of lines, none larger than `limit` (a union-find forest)."""

    def __init__(self, lines: Iterable[int], limit: int) -> None:
        self._parent = {number: number for number in lines}
        self._size = dict.fromkeys(self._parent, 1)
        self._limit = limit

    def of(self, number: int) -> int:
        """Return what all lines of one set have in common."""
        parent = self._parent
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    def size(self, number: int) -> int:
        return self._size[self.of(number)]

    def join(self, one: int, other: int) -> None:
        """Make one set of two, unless it would be too large."""
        one, other = self.of(one), self.of(other)
        if one != other and self._size[one] + self._size[other] <= self._limit:
            self._parent[one] = other
            self._size[other] += self._size[one]


def _loop_sizes(visits: Mapping[int, int], frequent: Sequence[Transfer]) -> Mapping[int, int]:
    """Map each line to the number of lines in its loop; `visits` of each, `frequent` transfers
    first.

    Lines are taken from the hottest down, and the transfers that are half as frequent or more
    join lines into loops.
    """
    group = _Groups(visits, len(visits))
    waiting = iter(frequent)
    pending = next(waiting, None)
    found = {}
    for number in sorted(visits, key=lambda n: (-visits[n], n)):
        while pending is not None and 2 * pending[1] >= visits[number]:
            if all(n in visits for n in pending[0]):
                group.join(*pending[0])
            pending = next(waiting, None)
        found[number] = group.size(number)
    return found


def _misses_at_most(
    visits: Mapping[int, int], frequent: Sequence[Transfer], cached: int
) -> Mapping[int, int]:
    """Map each line to how often its group is entered, groups being of `cached` lines at most."""
    group = _Groups(visits, cached)
    for (source, target), _ in frequent:
        if source in visits and target in visits:
            group.join(source, target)
    of = {number: group.of(number) for number in visits}
    entries = dict.fromkeys(visits, 0)
    for (source, target), times in frequent:
        if of.get(source) != of[target]:
            entries[of[target]] += times
    # one more, as the trace itself may begin in the group
    return {number: min(times, entries[of[number]] + 1) for number, times in visits.items()}


def _data_waits(
    flash: Flash, waits: int, flow: Flow, in_flash: tuple[tuple[int, int], ...]
) -> Waits:
    each = data_wait(flash, waits)
    if not each:
        return Waits.of(Cause.DATA_READ, {})
    reads = flow.trace.flash_reads
    if reads is None:
        return _unknown_reads(each, flow, in_flash)
    if flash.data_cache_lines:
        return _data_misses(flash, each, reads)
    found = {
        address: (each.low * read.reads, each.best * read.reads, each.high * read.reads)
        for address, read in reads.items()
    }
    return Waits.of(Cause.DATA_READ, found)


def _data_misses(flash: Flash, each: Cycles, reads: Mapping[int, FlashReads]) -> Waits:
    """A trace has the misses of a cache of FLASH_DATA_LINES lines, which replaces what was used
    longest ago as the part's does. A larger one of the part has fewer misses, a smaller one more.
    """
    kept = flash.data_cache_lines * flash.read_bytes - FLASH_DATA_LINES * FLASH_LINE_BYTES
    same = not kept and flash.read_bytes == FLASH_LINE_BYTES
    at_hand = flash.data_cache_lines  # lines that a run before may have left in the cache
    # A read waits for a prefetch that is under way, too.
    high_each = each.high * (2 if flash.prefetch else 1)
    found = {}
    for address, read in sorted(reads.items()):
        waiting = flash.waiting_reads(read.reads, read.lines)
        warm = min(waiting, at_hand) if same else waiting
        at_hand -= warm if same else 0
        found[address] = (
            each.low * (waiting - warm),
            each.best * waiting,
            high_each * (waiting if kept >= 0 else read.reads),
        )
    return Waits.of(Cause.DATA_READ, found)


def _unknown_reads(each: Cycles, flow: Flow, in_flash: tuple[tuple[int, int], ...]) -> Waits:
    """Reads were not recorded: literals beside code in flash are certain, all other loads may be
    from flash.
    """
    found = {}
    of_flash = _within(flow.addresses, in_flash).tolist()
    for it, address, times, here in zip(
        flow.instructions,
        flow.addresses.tolist(),
        flow.times.tolist(),
        of_flash,
        strict=True,
    ):
        if it.kind in (Kind.LOAD, Kind.LOAD_MULTIPLE):
            literal = each.best if it.literal and here else 0
            found[address] = 0, literal * times, each.high * it.words * times
    return Waits.of(Cause.DATA_READ, found)


def data_wait(flash: Flash, waits: int) -> Cycles:
    """Return what one read of data waits for at so many wait states."""
    return Cycles(*(max(0, waits + offset) for offset in flash.data_wait_offset))
