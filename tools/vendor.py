"""Make pwa/vendor/: one ES module for each library we use, and the app as phones load it.

All of lit-html goes into one file, directives included, because two copies of it on one page
do not know each other's templates. The app is put together into few files, without comments, long
names and indents: a third fewer bytes on a phone's slow line than module by module, and a start
that waits for a handful of files. The digest of every module stands beside them: once one was
edited, the server serves all of them as they are written.
Run by `make setup`; its output is not in git.
"""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parent.parent
PWA = HOUSE / "pwa"
VENDOR = PWA / "vendor"
TARGET = "es2022"
START = "main.js"
WORKER = "service-worker.js"
# Captains' phones keep what only captains open.
CAPTAIN = ("screens/captain.js",)
# For joining, which takes signal anyway: no phone keeps these.
WITH_SIGNAL = ("screens/join_where.js", "screens/room.js", "screens/scan.js", "vendor/qr.js")
DEMANDED = "dynamic-import"

# What each module exports. The same lines, beside it as .d.ts, give tsc its types.
MODULES = {
    "lit-html": """\
export { html, nothing, render } from "lit-html"
export { live } from "lit-html/directives/live.js"
export { repeat } from "lit-html/directives/repeat.js"
""",
    "qr": """\
export { decodeQR } from "qr/decode.js"
""",
}


def main() -> None:
    """Write every module of MODULES anew, and nothing else into pwa/vendor/."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for name, exports in MODULES.items():
        bundle(exports, VENDOR / f"{name}.js")
        (VENDOR / f"{name}.d.ts").write_text(exports)
        print(f"made pwa/vendor/{name}.js")
    put_together()


def put_together() -> None:
    """Write the app under pwa/vendor/app/, and beside it what it was made from and starts with."""
    written = (path.relative_to(PWA).as_posix() for path in sorted(PWA.rglob("*.js")))
    names = [name for name in written if not name.startswith("vendor/")]
    app, listed = VENDOR / "app", VENDOR / "app.meta.json"
    common = ["--bundle", "--minify", "--charset=utf8", f"--outdir={app}"]
    run(START, *common, "--splitting", "--chunk-names=[name]-[hash]", f"--metafile={listed}")
    run(WORKER, *common)
    for made in app.iterdir():
        without_indents(made, [PWA / name for name in names])
        smaller(made)
    outputs = json.loads(listed.read_text())["outputs"]
    start = [made for made in reached(outputs, [START]) if not is_stub(PWA / made)]
    captain = [made for made in reached(outputs, CAPTAIN) if made not in start]
    later = [made for made in reached(outputs, WITH_SIGNAL) if made not in [*start, *captain]]
    facts = {
        "start": [name_of(made) for made in start],
        "captain": [name_of(made) for made in captain],
        "with_signal": [name_of(made) for made in later],
        "made_from": {f"/{n}": hashlib.sha256((PWA / n).read_bytes()).hexdigest() for n in names},
    }
    for made in app.iterdir():
        if is_stub(made):
            made.unlink()
    listed.unlink()
    (VENDOR / "app.json").write_text(json.dumps(facts, indent=0))
    print(f"made {len(names)} modules {len(outputs) + 1} files")


def reached(outputs: dict[str, Any], entries: Iterable[str]) -> list[str]:
    """Return the files that entries load at once, their own first; not what they load on demand."""
    found = [made for made, one in outputs.items() if one.get("entryPoint") in entries]
    for made in found:
        needed = [one["path"] for one in outputs[made]["imports"] if one["kind"] != DEMANDED]
        found += [path for path in needed if path not in found]
    return found


def is_stub(made: Path) -> bool:
    """Whether a file does no more than load another, which the page may as well load itself."""
    return bool(re.fullmatch(r'import"\./[^"]+";?', made.read_text()))


def name_of(made: str) -> str:
    """Return the name a phone knows a file by."""
    return made.removeprefix("vendor")


def without_indents(made: Path, sources: list[Path]) -> None:
    """Take the indents out of templates: HTML reads a break and an indent as one space.

    Raises ValueError for a text that means its own, which looks the same once made smaller.
    """
    for source in sources:
        if re.search(r"\\n {2}", source.read_text()):
            raise ValueError(f"{source.name} has a text with a line break and an indent")
    made.write_text(re.sub(r"\n {2,}", " ", made.read_text().rstrip()))


def smaller(made: Path) -> None:
    """Fold what is said twice: terser looks across statements, and saves 4 of a hundred bytes."""
    compress = "passes=3,ecma=2022,keep_fargs=false,unsafe_arrows,unsafe_methods"
    options = ["--module", "--compress", compress, "--mangle", "--comments", "some"]
    command = [HOUSE / "node_modules" / ".bin" / "terser", made, *options, "--output", made]
    subprocess.run(command, check=True, cwd=HOUSE)


def bundle(exports: str, target: Path) -> None:
    """Write to `target` what `exports` names, with all it needs inside and its licences last."""
    run("--bundle", "--minify", "--legal-comments=eof", f"--outfile={target}", text=exports)


def run(*arguments: str, text: str | None = None) -> None:
    """Run esbuild in pwa/."""
    command = [HOUSE / "node_modules" / ".bin" / "esbuild", *arguments]
    common = ["--format=esm", f"--target={TARGET}", "--log-level=warning"]
    subprocess.run([*command, *common], input=text, text=True, check=True, cwd=PWA)


if __name__ == "__main__":
    main()
