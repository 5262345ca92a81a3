"""Find the Chromium the browser tests drive; fetch one if this machine has none.

Run by `make test`. The path is kept in var/chromium-path, so the tests look where this looked.
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).parent.parent
REMEMBERED = HOUSE / "var" / "chromium-path"
NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
ON_A_MAC = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]
NONE_FOUND = (
    "No Chromium was found and none could be fetched. "
    "Install Chromium or Chrome, or set CHROMIUM to its path, then run this again."
)


def main() -> None:
    """Print the path of a Chromium and remember it, or say what to do and exit 1."""
    path = installed() or fetched()
    if path is None:
        sys.exit(NONE_FOUND)
    REMEMBERED.parent.mkdir(exist_ok=True)
    REMEMBERED.write_text(f"{path}\n")
    print(f"Chromium: {path}")


def chromium_path() -> str:
    """Return the path of an installed Chromium; fetch nothing.

    Raises FileNotFoundError, saying what to do.
    """
    path = remembered() or installed()
    if path is None:
        raise FileNotFoundError(NONE_FOUND)
    return path


def remembered() -> str | None:
    """Return the path `make test` wrote down, unless $CHROMIUM says otherwise or it is gone."""
    if os.environ.get("CHROMIUM") or not REMEMBERED.exists():
        return None
    return runnable(REMEMBERED.read_text().strip())


def installed() -> str | None:
    """Return the Chromium of $CHROMIUM, of this machine or of Playwright, in that order."""
    if wanted := os.environ.get("CHROMIUM"):
        return runnable(wanted)
    found = (runnable(candidate) for candidate in [*NAMES, *ON_A_MAC])
    return next(filter(None, found), None) or playwrights_own()


def fetched() -> str | None:
    """Install a Chromium and return its path: Debian's where we may, else Playwright's."""
    if os.environ.get("CHROMIUM"):
        return None
    if (
        is_root_on_debian()
        and ran("apt-get", "update")
        and ran("apt-get", "install", "-y", NAMES[0])
    ):
        return runnable(NAMES[0])
    ran(sys.executable, "-m", "playwright", "install", "chromium")
    return playwrights_own()


def runnable(name_or_path: str) -> str | None:
    return shutil.which(name_or_path)


def playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return runnable(playwright.chromium.executable_path)


def is_root_on_debian() -> bool:
    """Ubuntu is left out: its `chromium` package only points to a snap."""
    if platform.system() != "Linux" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    return platform.freedesktop_os_release().get("ID") == "debian"


def ran(*command: str) -> bool:
    print(*command, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, check=False, env=environment).returncode == 0


if __name__ == "__main__":
    main()
