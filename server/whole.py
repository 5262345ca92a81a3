"""Small files beside the database that are there whole or not at all, also after a power cut."""

import os
import secrets
from pathlib import Path


def place(path: Path, content: bytes) -> None:
    """Put a file there, 0600 and on disk, unless another process was first."""
    whole = _written_beside(path, content)
    try:
        os.link(whole, path)
    except FileExistsError:
        return
    finally:
        whole.unlink()
        sync_folder(path.parent)


def replace(path: Path, content: bytes) -> None:
    """Put a file, 0600 and on disk, in the place of what is there."""
    _written_beside(path, content).replace(path)
    sync_folder(path.parent)


def _written_beside(path: Path, content: bytes) -> Path:
    whole = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    file = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(file, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return whole


def sync_folder(folder: Path) -> None:
    """Return once the names in a folder are on disk."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
