"""Encrypting a backup to those who may open it (https://age-encryption.org/v1)."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import pyrage  # type: ignore[import-untyped]

from server.backups.files import new_file

BEGINNING = b"age-encryption.org/v1\n"


class AgeProblem(ValueError):
    """A recipient or an identity cannot be used; the message says which and why."""


def is_encrypted(path: Path) -> bool:
    """Return whether a file was encrypted with age."""
    with path.open("rb") as stream:
        return stream.read(len(BEGINNING)) == BEGINNING


def recipient(text: str) -> object:
    """Return who may open a backup: an age1… or an ssh-… public key. Raises AgeProblem."""
    kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
    try:
        return kind.Recipient.from_str(text.strip())
    except pyrage.RecipientError as problem:
        raise AgeProblem(f"“{text}” is no age or ssh public key: {problem}") from None


def identities(path: Path) -> list[object]:
    """Return the private keys of an age identity file or an ssh key. Raises AgeProblem, OSError."""
    data = path.read_bytes()
    lines = data.decode("utf-8", "replace").splitlines()
    try:
        if any("PRIVATE KEY" in line for line in lines[:1]):
            return [pyrage.ssh.Identity.from_buffer(data)]
        keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        found = [pyrage.x25519.Identity.from_str(key) for key in keys]
    except pyrage.IdentityError:
        raise AgeProblem(f"{path} holds no age identity (AGE-SECRET-KEY-1…) or ssh key") from None
    if not found:
        raise AgeProblem(f"{path} holds no age identity (AGE-SECRET-KEY-1…) or ssh key")
    return found


def encrypt(source: BinaryIO, target: BinaryIO, recipients: Iterable[object]) -> None:
    """Write what `source` holds so that only the recipients can read it."""
    pyrage.encrypt_io(source, target, [*recipients])


def decrypt(source: Path, target: Path, keys: Iterable[object]) -> None:
    """Write what an encrypted file holds. Raises AgeProblem."""
    with source.open("rb") as closed, new_file(target) as opened:
        try:
            pyrage.decrypt_io(closed, opened, [*keys])
        except pyrage.DecryptError as problem:
            raise AgeProblem(f"{source} does not open with this identity: {problem}") from None
