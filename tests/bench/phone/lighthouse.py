"""Lighthouse's scores, of a page nobody has opened yet and of a phone in use."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Figure, Goal, Row
from tests.bench.phone.steps import Bench
from tests.journeys import PIN
from tools.find_chromium import chromium_path

PAGES = {
    "joining": "the joining page, opened for the first time",
    "locked": "a locked phone with its list, as it starts",
    "list": "the unlocked list, as it stands (a snapshot: nothing to time)",
}
CATEGORIES = ("performance", "accessibility", "best-practices")
LEAST = 98


def lighthouse(bench: Bench) -> Iterator[Row]:
    """Measure three pages; the locked phone and its list on the profile of one that has joined."""
    profile = bench.folder / "lighthouse"
    shutil.copytree(bench.profile("ana"), profile, ignore=shutil.ignore_patterns("Singleton*"))
    bench.server.start()
    script = str(Path(__file__).with_suffix(".js"))
    command = ["node", script, chromium_path(), str(profile), bench.server.url, PIN]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    bench.server.kill()
    found = json.loads(said)
    for page, words in PAGES.items():
        for category in CATEGORIES:
            if (page, category) == ("list", "performance"):
                continue
            score = Figure([100 * found[page]["score"][category]], "of 100")
            failed = "; ".join(found[page]["failed"]) if score.median < LEAST else ""
            yield Row(f"Lighthouse {category}: {words}", score, goal=Goal(least=LEAST), said=failed)
