"""A server whose clock is wrong by CLOCK_AHEAD_MS: `python -m tests.altered_server.clock serve`.

It changes the server's only clock before any room has imported it.
"""

import os

import server.ids

true_now_ms = server.ids.now_ms
ahead_ms = int(os.environ["CLOCK_AHEAD_MS"])
server.ids.now_ms = lambda: true_now_ms() + ahead_ms

if __name__ == "__main__":
    from server.__main__ import main

    main()
