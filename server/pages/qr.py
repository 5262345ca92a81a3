"""A link as a QR code that a page can hold: SVG without any style of its own."""

import io

import segno
from markupsafe import Markup


def qr(address: str) -> Markup:
    """Return the code of an address, dark on white in every scheme: cameras read nothing else."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn,
        kind="svg",
        xmldecl=False,
        omitsize=True,
        border=3,
        dark="#000",
        light="#fff",
        svgclass="qr",
        lineclass=None,
    )
    return Markup(drawn.getvalue().decode())
