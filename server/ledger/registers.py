"""One record's registers, as a row of the `record` table keeps them and as they travel."""

from collections.abc import Mapping

import msgspec

from sync.save import Value


class Head(msgspec.Struct, frozen=True, gc=False):
    """One head as it is kept and as it travels."""

    id: str
    value: Value
    at: int
    at_error_ms: int
    rank: int
    by: str


class Wrote(msgspec.Struct, frozen=True, gc=False):
    """A head without its value: who wrote several registers together, and when."""

    id: str
    at: int
    at_error_ms: int
    rank: int
    by: str

    def head(self, value: Value) -> Head:
        """Return the head that this write is of a register it set to a value."""
        return Head(self.id, value, self.at, self.at_error_ms, self.rank, self.by)


class Register(msgspec.Struct, omit_defaults=True, gc=False):
    """One register as the `record` table keeps it; `seq` is when its heads last changed.

    late: something was written to it that does not count, or saw what has not come: then the
    next write is folded from the log.
    """

    seq: int
    heads: list[Head]
    value: Value = None
    shown: str | None = None
    conflict: bool = False
    late: bool = False


class Packed(msgspec.Struct, omit_defaults=True, gc=False):
    """A record's registers as the `record` table keeps them.

    Most were written once and together: `by` is that write (seq, change id, at, at_error_ms,
    rank, author) and `r` what it says of each; `m` are the others in full. A row stays small:
    beyond 1 kB each would take a page of its own.
    """

    by: tuple[int, str, int, int, int, str] | None = None
    r: dict[str, Value] = {}
    m: dict[str, Register] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left of the record."""
        return self.by is None and not self.m


_DECODER = msgspec.json.Decoder(Packed)
_ENCODER = msgspec.json.Encoder()


def read_packed(text: str) -> Packed:
    """Return what a row of the `record` table keeps."""
    return _DECODER.decode(text)


def write_packed(packed: Packed) -> str:
    """Return the text of a row of the `record` table."""
    return _ENCODER.encode(packed).decode()


def pack(registers: Mapping[str, Register]) -> Packed:
    """Return registers as they are kept."""
    together: dict[tuple[int, str], list[str]] = {}
    for name, register in registers.items():
        if _is_simple(register):
            together.setdefault((register.seq, register.heads[0].id), []).append(name)
    if not together:
        return Packed(m={name: registers[name] for name in sorted(registers)})
    most = min(together, key=lambda write: (-len(together[write]), write))
    names = set(together[most])
    head = registers[together[most][0]].heads[0]
    return Packed(
        (most[0], head.id, head.at, head.at_error_ms, head.rank, head.by),
        {name: registers[name].value for name in sorted(names)},
        {name: registers[name] for name in sorted(registers.keys() - names)},
    )


def unpack(text: str) -> dict[str, Register]:
    """Return the registers that a row of the `record` table keeps."""
    return registers_of(read_packed(text))


def registers_of(packed: Packed) -> dict[str, Register]:
    """Return registers in full, as whoever folds on wants them."""
    if packed.by is None:
        return packed.m
    seq, id, at, error, rank, by = packed.by
    registers = dict(packed.m)
    for name, value in packed.r.items():
        registers[name] = Register(seq, [Head(id, value, at, error, rank, by)], value, id)
    return registers


def _is_simple(register: Register) -> bool:
    if len(register.heads) != 1 or register.conflict or register.late:
        return False
    head = register.heads[0]
    return head.id == register.shown and (
        head.value is register.value
        or (type(head.value) is type(register.value) and head.value == register.value)
    )
