"""The page's icon as PNG, for phones that take no SVG: drawn as edge_app/web/static/icon.svg is."""

import io

from PIL import Image, ImageDraw

SIDES_PX = (192, 512)
GROUND, STROKE = "#0f7a3d", "#ffffff"
# On a square of 32, as in the SVG: points, and how wide the pen is.
SEVEN, BAR = (((10.5, 9.5), (21.5, 9.5), (15, 24)), 3.2), (((12.5, 16.5), (20.5, 16.5)), 2.4)
# Drawn larger, then scaled down: Pillow's lines have hard edges.
FINER = 4


def icon_files() -> dict[str, bytes]:
    """The icons by name; to the rim, as maskable ones are."""
    return {f"icon-{side}.png": _icon(side) for side in SIDES_PX}


def _icon(side_px: int) -> bytes:
    scale = side_px * FINER / 32
    image = Image.new("RGB", (side_px * FINER, side_px * FINER), GROUND)
    pen = ImageDraw.Draw(image)
    for points, width in (SEVEN, BAR):
        placed = [(x * scale, y * scale) for x, y in points]
        pen.line(placed, STROKE, round(width * scale), joint="curve")
        for x, y in placed:
            half = width * scale / 2
            pen.ellipse((x - half, y - half, x + half, y + half), STROKE)
    buffer = io.BytesIO()
    image.resize((side_px, side_px), Image.Resampling.LANCZOS).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
