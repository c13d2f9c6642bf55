"""Takes the documentation's pictures from verify: ``python docs/take_pictures.py DIST.evidence/report.html``."""

from __future__ import annotations

import base64
import html
import re
import sys
from pathlib import Path

IMAGES = Path(__file__).parent / "images"
FIGURE = re.compile(r'<img src="data:image/webp;base64,([A-Za-z0-9+/=]+)" alt="([^"]*)"')

PICTURES = {
    "study": "A link is opened",
    "expired": "An expired token",
    "compressed": "Compressed images, in a frame of another page",
    "multi-frame": "Multi-frame images, by a link with a user's name",
    "segmentation": "Segmentation and contours, in a window that a page has opened",
}
"""The scenario of each picture, by its title in the report."""


def pictures_of(report: str) -> dict[str, bytes]:
    """The pictures in the text of a ``report.html``, as WebP files by their names here.

    Raises:
        KeyError: a scenario has no picture in it.
    """
    found = {html.unescape(title): base64.b64decode(data) for data, title in FIGURE.findall(report)}
    return {name: found[title] for name, title in PICTURES.items()}


def main(paths: list[str]) -> None:
    """Writes the pictures."""
    if len(paths) != 1:
        sys.exit("Usage: python docs/take_pictures.py DIST.evidence/report.html")
    for name, image in pictures_of(Path(paths[0]).read_text(encoding="utf-8")).items():
        (IMAGES / f"{name}.webp").write_bytes(image)


if __name__ == "__main__":
    main(sys.argv[1:])
