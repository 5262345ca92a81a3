"""What befalls the server: it dies, is restored from a backup, rebuilt, or has small pages."""

import random
from pathlib import Path
from typing import TYPE_CHECKING

from server.access.keys import path_beside, rotate
from server.backups.making import note_backup
from server.ledger.rebuild import rebuild
from sync.kinds import load_kinds
from tests.simulator.acts import act

if TYPE_CHECKING:
    from tests.simulator.world import World


@act(1)
def doom_before_commit(world: "World", chance: random.Random) -> object:
    """The server dies when all is written and nothing is committed."""
    world.server.doom("before")
    return True


@act(1)
def doom_after_commit(world: "World", chance: random.Random) -> object:
    """The server dies when all is committed and nobody was told."""
    world.server.doom("after")
    return True


@act(1)
def doom_amid_statements(world: "World", chance: random.Random) -> object:
    """The server dies in the middle of a transaction."""
    world.server.doom("amid", chance.randrange(60))
    return True


@act(0.5)
def restart_server(world: "World", chance: random.Random) -> object:
    """An administrator restarts the server."""
    world.server.stop()
    world.server.start()
    return True


@act(1)
def back_up(world: "World", chance: random.Random) -> object:
    """A backup is made, and phones are told; only the last few are kept."""
    path, listed = world.server.back_up()
    world.backups = [*world.backups, (world.virtual.now, path)][-4:]
    if chance.random() < 0.8:
        world.server_does(lambda db: note_backup(db, listed))
    return True


@act(0.1, fault=True)
def restore_backup(world: "World", chance: random.Random) -> object:
    """The database is broken: the server goes on from a backup, not always the last one."""
    path = some_backup(world, chance)
    return path is not None and world.restored(path, elsewhere=False)


@act(0.06, fault=True)
def restore_elsewhere(world: "World", chance: random.Random) -> object:
    """The machine burned: another one has the backup and nothing else, keys since then are lost."""
    path = some_backup(world, chance)
    return path is not None and world.restored(path, elsewhere=True)


def some_backup(world: "World", chance: random.Random) -> Path | None:
    """Return a backup young enough for the promise: phones keep receipted work two weeks."""
    young = [path for at, path in world.backups if at > world.virtual.now - MOST_MS]
    return chance.choice(young) if young else None


MOST_MS = 13 * 24 * 3_600_000


@act(0.7, fault=True)
def rotate_key(world: "World", chance: random.Random) -> object:
    """An administrator puts a new server key into use; phones seal to the old one meanwhile."""
    rotate(path_beside(world.server.db), world.virtual.now)
    return True


@act(0.06, fault=True)
def rebuild_tables(world: "World", chance: random.Random) -> object:
    """An administrator has every table made anew while nobody is served."""
    world.server.stop()
    db = world.server.open_beside()
    rebuild(db, load_kinds(), world.virtual.now)
    db.close()
    world.server.start()
    world.watcher.read_again(world.server.db)  # an erasure took along why what stands moved when
    return True


@act(0.5, fault=True)
def small_pages(world: "World", chance: random.Random) -> object:
    """Pages hold a few records only, so that each exchange takes many."""
    world.server.page = chance.choice((None, 1, 2, 3, 7, 50))
    return True


@act(0.5, fault=True)
def small_queue(world: "World", chance: random.Random) -> object:
    """The writer's queue is short: when all come back at once, some are told to wait."""
    world.server.room = chance.choice((1, 2, 4, 2000))
    return True
