"""When a save was made, as far as the server can tell. Stamped at arrival, never judged again."""


def reckon(
    at: int, at_error_ms: int, *, since: int, arrived: int, off_ms: int = 0
) -> tuple[int, int]:
    """Return `at` and `at_error_ms` as the server reckons them; all in ms since 1970, UTC.

    A save is no older than its device (`since`) and no younger than its arrival: what is outside
    moves to the nearest moment that can be, and is as wrong as it had to be moved. `off_ms` is
    how wrong the device's estimate of the time was when it sent the save itself.
    """
    possible = max(min(at, arrived), min(since, arrived))
    return possible, max(at_error_ms, off_ms, abs(possible - at))
