"""What a form showed when it was filled in: the heads it carries, register by register."""

from collections.abc import Iterable

from starlette.datastructures import FormData


def seen_in(form: FormData, registers: Iterable[str]) -> dict[str, list[str]]:
    """Return register -> the heads that a form's fields `saw.<register>` name."""
    found = {
        register: [str(id) for id in form.getlist(f"saw.{register}")] for register in registers
    }
    return {register: ids for register, ids in found.items() if ids}
