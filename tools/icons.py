"""Make the app's icons in pwa/: two people's speech arcs that close into a ring.

Run by hand when the mark changes; the PNGs are kept in git. Chromium draws them from the SVG.
"""

from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tools.find_chromium import chromium_path

PWA = Path(__file__).parent.parent / "pwa"
PAPER, ACCENT, SOFT = "#ffffff", "#17438a", "#6f9ae0"

# Half a ring whose left end runs out into the tail of a speech bubble; the other speaker is its
# half turn. The middle is at 0, 0.
ARC = "M-183 -66A195 195 0 0 1 181 -72L115 -46A124 124 0 0 0 -123 14L-222 72Z"

# File -> size in pixels, and how much of the picture the mark fills (maskable: a safe zone).
PICTURES = {
    "icon-180.png": (180, 1.0),
    "icon-192.png": (192, 1.0),
    "icon-512.png": (512, 1.0),
    "icon-512-maskable.png": (512, 0.8),
}


def main() -> None:
    """Write the SVG and every PNG."""
    (PWA / "icon.svg").write_text(svg(corner=112))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_page()
        for name, (size, scale) in PICTURES.items():
            draw(page, size, svg(scale), PWA / name)
            print(f"made pwa/{name}")
        browser.close()


def svg(scale: float = 1.0, corner: int = 0) -> str:
    """Return the mark on paper, 512 by 512."""
    half = (
        f'<path d="{ARC}" fill="{{0}}" stroke="{{0}}" stroke-width="12" stroke-linejoin="round"/>'
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-256 -256 512 512">'
        f'<rect x="-256" y="-256" width="512" height="512" rx="{corner}" fill="{PAPER}"/>'
        f'<g transform="scale({scale:g})">{half.format(ACCENT)}'
        f'<g transform="rotate(180)">{half.format(SOFT)}</g></g></svg>\n'
    )


def draw(page: Page, size: int, picture: str, target: Path) -> None:
    """Write the picture as a PNG of size by size pixels."""
    page.set_viewport_size({"width": size, "height": size})
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{picture}")
    page.screenshot(path=target)


if __name__ == "__main__":
    main()
