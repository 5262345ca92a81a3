"""Make pwa/vendor/: one ES module for each library we use, and our own modules made smaller.

All of lit-html goes into one file, directives included, because two copies of it on one page
do not know each other's templates. Our own modules stay one file each at their own path: without
comments and long names they are a third smaller on a phone's slow line. The digest of what each
was made from stands beside them, so that an edited module is served as it was written.
Run by `make setup`; its output is not in git.
"""

import hashlib
import json
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
    "idb": """\
export * from "idb"
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
    # The server fills lines of the service worker in, and must find them.
    names = [name for name in written if not name.startswith("vendor/") and "worker" not in name]
    run(*names, "--minify", "--outbase=.", f"--outdir={VENDOR / 'smaller'}")
    digests = {f"/{n}": hashlib.sha256((PWA / n).read_bytes()).hexdigest() for n in names}
    (VENDOR / "smaller.json").write_text(json.dumps(digests, indent=0))
    print(f"made {len(names)} modules smaller")


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
