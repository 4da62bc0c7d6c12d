"""A QR code as an SVG that stands inside the page: no request, no inline style."""

from functools import lru_cache

from markupsafe import Markup


@lru_cache(maxsize=256)
def svg(data: str) -> Markup:
    """The code as SVG, black on white with its quiet zone; its size is the style sheet's."""
    import segno  # noqa: PLC0415 - 30 ms that only a ticket needs

    drawn: str = segno.make(data, error="m", micro=False).svg_inline(
        border=4, omitsize=True, light="#fff", dark="#000", svgclass="qr", lineclass=None
    )
    return Markup(drawn)  # noqa: S704 - drawn by us, holds no text of `data`
