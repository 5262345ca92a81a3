"""Make pwa/vendor/: one ES module for each library we use, and our own modules made smaller.

All of lit-html goes into one file, directives included, because two copies of it on one page
do not know each other's templates. Our own modules stay one file each at their own path: without
comments, long names and indents they are a third smaller on a phone's slow line. The digest of
what each was made from stands beside them, so that an edited module is served as it was written.
Run by `make setup`; its output is not in git.
"""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

HOUSE = Path(__file__).parent.parent
PWA = HOUSE / "pwa"
VENDOR = PWA / "vendor"
TARGET = "es2022"

# What each module exports. The same lines, beside it as .d.ts, give tsc its types.
MODULES = {
    "lit-html": """\
export { html, nothing, render } from "lit-html"
export { live } from "lit-html/directives/live.js"
export { repeat } from "lit-html/directives/repeat.js"
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
    make_smaller()


def make_smaller() -> None:
    """Write every module of ours again under pwa/vendor/smaller/, and what it was made from."""
    written = (path.relative_to(PWA).as_posix() for path in sorted(PWA.rglob("*.js")))
    names = [name for name in written if not name.startswith("vendor/")]
    smaller = VENDOR / "smaller"
    run(*names, "--minify", "--outbase=.", "--charset=utf8", f"--outdir={smaller}")
    for name in names:
        without_indents(smaller / name, (PWA / name).read_text())
    digests = {f"/{n}": hashlib.sha256((PWA / n).read_bytes()).hexdigest() for n in names}
    (VENDOR / "smaller.json").write_text(json.dumps(digests, indent=0))
    print(f"made {len(names)} modules smaller")


def without_indents(made: Path, source: str) -> None:
    """Take the indents out of a module's templates: HTML reads a break and an indent as one space.

    Raises ValueError for a text that means its own, which looks the same once made smaller.
    """
    if re.search(r"\\n {2}", source):
        raise ValueError(f"{made.name} has a text with a line break and an indent")
    made.write_text(re.sub(r"\n {2,}", " ", made.read_text().rstrip()))


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
