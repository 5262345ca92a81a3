"""Find the other browsers the journey is tested in; fetch them where this machine lets us.

Run by `make test`, beside tools/find_chromium.py: Firefox, and WebKitGTK with its driver and what
it needs to run without a screen. Only Linux has the latter, so only there are the tests run.
"""

import os
import platform
import shutil
import sys
from pathlib import Path

from tools.find_chromium import is_root_on_debian, ran

# What must run -> Debian's package of it.
FIREFOX = {"firefox-esr": "firefox-esr"}
WEBKIT = {
    "WebKitWebDriver": "webkit2gtk-driver",
    "Xvfb": "xvfb",
    "xvfb-run": "xvfb",
    "xauth": "xauth",
    "dbus-run-session": "dbus-daemon",
}
HOW = (
    "{missing} was not found and could not be fetched. On Debian or Ubuntu: "
    "sudo apt-get install {packages} — then run this again."
)


def main() -> None:
    """Say which browsers are here; exit 1 and say how to get one that is not."""
    if platform.system() != "Linux":
        print("Firefox and WebKitGTK: tested on Linux only")
        return
    wanted = {name: package for name, package in (FIREFOX | WEBKIT).items() if not found(name)}
    if wanted and is_root_on_debian() and ran("apt-get", "update"):
        ran("apt-get", "install", "-y", "--no-install-recommends", *sorted({*wanted.values()}))
    if missing := [name for name in FIREFOX | WEBKIT if not found(name)]:
        sys.exit(words(missing))
    print(f"Firefox: {firefox_path()}\nWebKitGTK: {webkit_driver_path()}")


def firefox_path() -> str:
    """Return the path of Firefox. Raises FileNotFoundError, saying what to do."""
    return path_of("firefox-esr")


def webkit_driver_path() -> str:
    """Return the path of WebKitGTK's driver. Raises FileNotFoundError, saying what to do."""
    return path_of("WebKitWebDriver")


def mini_browser_path() -> str:
    """Return the path of WebKitGTK's browser. Raises FileNotFoundError, saying what to do."""
    patterns = ("lib/*/webkit2gtk-4.*/MiniBrowser", "libexec/webkit2gtk-4.*/MiniBrowser")
    places = [place for pattern in patterns for place in Path("/usr").glob(pattern)]
    if not places:
        raise FileNotFoundError(words(["WebKitWebDriver"]))
    return str(max(places))


def path_of(name: str) -> str:
    path = found(name)
    if path is None:
        raise FileNotFoundError(words([name]))
    return path


def found(name: str) -> str | None:
    """Return where a program is; Firefox may go by another name, or be named by $FIREFOX."""
    if name in FIREFOX:
        others = [os.environ.get("FIREFOX", ""), "firefox-esr", "firefox"]
        return next(filter(None, map(shutil.which, others)), None)
    return shutil.which(name)


def words(missing: list[str]) -> str:
    """Say what is missing, and how to get it."""
    packages = sorted({(FIREFOX | WEBKIT)[name] for name in missing})
    return HOW.format(missing=", ".join(missing), packages=" ".join(packages))


if __name__ == "__main__":
    main()
