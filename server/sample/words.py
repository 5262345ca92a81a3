"""What the sample is made of: names, places and sentences, all invented, as JSON beside this."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def words(name: str) -> Any:
    """Return one of the JSON files: names, places, words, questionnaire or rap."""
    return json.loads((FOLDER / f"{name}.json").read_text())
