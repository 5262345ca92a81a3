"""What a batch of saves will be judged by and folded over, read all at once before the first."""

from collections.abc import Iterable

from server.ledger.facts import Known
from server.ledger.work import Work
from sync.lift import lift
from sync.merge import record_of
from sync.save import Save
from sync.scope import subject_of


def gather(work: Work, known: Known, brought: Iterable[tuple[str, list[Save]]]) -> None:
    """Read ahead what these saves, by author, touch."""
    keys: set[tuple[str, str]] = set()
    subjects: set[tuple[str, str]] = set()
    brought = list(brought)
    work.ahead.look_up(save.id for _, saves in brought for save in saves)
    for author, saves in brought:
        for change in (change for save in saves for change in lift(save).changes):
            kind = work.kinds.get(change.kind)
            if kind is None:
                continue
            record = record_of(change, kind, work.same)
            keys.add((change.kind, record))
            about = change.set.get(kind.about)
            subject = subject_of(kind, record, about if isinstance(about, str) else None)
            if subject:
                subjects.add((author, work.same(subject)))
    work.records.look_up(keys)
    known.look_up(subjects)
