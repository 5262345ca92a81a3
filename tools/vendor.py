"""Make pwa/vendor/ from the npm packages: one minified ES module for each library we use.

All of lit-html goes into one file, directives included, because two copies of it on one page
do not know each other's templates. Run by `make setup`; its output is not in git.
"""

import shutil
import subprocess
from pathlib import Path

HOUSE = Path(__file__).parent.parent
VENDOR = HOUSE / "pwa" / "vendor"
TARGET = "es2022"

# What each module exports. The same lines, beside it as .d.ts, give tsc its types.
MODULES = {
    "lit-html": """\
export { html, nothing, render } from "lit-html"
export { classMap } from "lit-html/directives/class-map.js"
export { ifDefined } from "lit-html/directives/if-defined.js"
export { live } from "lit-html/directives/live.js"
export { ref } from "lit-html/directives/ref.js"
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


def bundle(exports: str, target: Path) -> None:
    """Write to `target` what `exports` names, with all it needs inside and its licences last."""
    command = [
        HOUSE / "node_modules" / ".bin" / "esbuild",
        "--bundle",
        "--minify",
        "--format=esm",
        f"--target={TARGET}",
        "--legal-comments=eof",
        "--log-level=warning",
        f"--outfile={target}",
    ]
    subprocess.run(command, input=exports, text=True, check=True, cwd=HOUSE)


if __name__ == "__main__":
    main()
