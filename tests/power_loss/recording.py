"""Recording what a server does to its files: recorder.c compiled, and what it wrote read back."""

import json
import re
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

SOURCE = Path(__file__).parent / "recorder.c"
EVENT = struct.Struct("=cHIq")  # op, length of the name, length of the data, offset
RECEIPT = re.compile(rb'\{"save":[^{}]*\}')
COMPILER = "cc"


class Event(NamedTuple):
    """One act on a file, or what was sent; recorder.c lists the ops."""

    op: str
    name: str
    offset: int
    data: bytes

    @property
    def receipts(self) -> list[dict[str, Any]]:
        """The receipts in what was sent."""
        return [json.loads(found) for found in RECEIPT.findall(self.data)] if self.op == "N" else []


def compiled_recorder(folder: Path) -> Path:
    """Compile the recorder into a folder. Raises RuntimeError that says what to install."""
    if shutil.which(COMPILER) is None:
        raise RuntimeError(
            "This test records a server's writes with a small C library, and there is no C "
            "compiler. Install one: apt-get install gcc libc6-dev"
        )
    library = folder / "recorder.so"
    flags = ["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", str(library)]
    subprocess.run([COMPILER, *flags, str(SOURCE), "-ldl", "-lpthread"], check=True)
    return library


def recorded(library: Path, folder: Path, to: Path) -> dict[str, str]:
    """Return the environment under which a process's acts on a folder are recorded."""
    return {"LD_PRELOAD": str(library), "RECORD_FOLDER": str(folder), "RECORD_TO": str(to)}


def read_events(path: Path) -> Iterator[Event]:
    """Give the events of a recording in their order."""
    recording = path.read_bytes()
    at = 0
    while at < len(recording):
        op, name_length, length, offset = EVENT.unpack_from(recording, at)
        at += EVENT.size
        name = recording[at : at + name_length].decode()
        at += name_length
        yield Event(op.decode(), name, offset, recording[at : at + length])
        at += length
