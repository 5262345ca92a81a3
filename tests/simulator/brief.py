"""A phone's state at a lower price, and all of its texts as bytes."""

from tests.simulator.holder import Holder
from tests.simulator.phone import State


def brief(holder: Holder) -> State:
    """Return a phone's state, without what it shows where that can be left out."""
    state: State = getattr(holder.phone, "brief", holder.phone.state)()
    return state


def dumped(holder: Holder) -> bytes:
    """Return every readable text in a phone's storage, half characters too."""
    return holder.phone.dump().encode("utf-8", "surrogatepass")
