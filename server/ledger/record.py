"""One record within a transaction: as it was read or made, taken apart only when folded on."""

from collections.abc import Mapping

from server.ledger.registers import Packed, Register, pack, registers_of
from sync.save import Value

NOTHING: dict[str, Value] = {}


class Record:
    """One record; `moved` names registers whose heads changed and are not written back yet.

    is_sound: every value was judged to fit its field when it came.
    size: how many characters it takes to keep; about how many, until it is written back.
    """

    __slots__ = ("_packed", "_registers", "is_sound", "moved", "seq", "size", "subject")

    def __init__(self, seq: int, subject: str | None, packed: Packed, size: int = 0) -> None:
        self.seq = seq
        self.size = size
        self.subject = subject
        self.moved: set[str] = set()
        self.is_sound = False
        self._packed: Packed | None = packed
        self._registers: dict[str, Register] | None = None

    @property
    def registers(self) -> dict[str, Register]:
        """Every register in full, to be changed in place."""
        if self._registers is None:
            self._registers = registers_of(self._packed) if self._packed else {}
            self._packed = None
        return self._registers

    @registers.setter
    def registers(self, registers: dict[str, Register]) -> None:
        self._registers, self._packed = registers, None

    @property
    def packed(self) -> Packed:
        """The registers as they are kept."""
        return self._packed or pack(self.registers)

    @property
    def stands(self) -> bool:
        """Whether anything of it counts."""
        if self._packed is not None and self._packed.by is not None:
            return True
        return any(register.heads for register in self.registers.values())

    @property
    def conflicts(self) -> int:
        """How many registers hold two different answers."""
        full = self._packed.m if self._packed is not None else self.registers
        return sum(register.conflict for register in full.values()) if full else 0

    @property
    def values(self) -> Mapping[str, Value]:
        """What each register shows."""
        if self._packed is not None and not self._packed.m:
            return self._packed.r
        return {name: register.value for name, register in self.registers.items()}
