"""Takes the documentation's pictures of a phone: ``python docs/take_phone_pictures.py DIST``."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image

from ohifbuild.cache.default import default_cache
from ohifbuild.contract.grants import Tokens
from ohifbuild.core.console import SilentReporter
from ohifbuild.verification.browser import find_browser, started
from ohifbuild.verification.dataset import STUDIES, cached_dataset
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.viewer_site import site

IMAGES = Path(__file__).parent / "images"
SCREENS = {"phone": (390, 844), "phone-landscape": (844, 390)}
READY = """
  document.querySelectorAll('#ohifbuild-touch .strip img').length === 3
  && document.querySelector('#ohifbuild-touch .number').textContent === '1 / 11'
"""


def main(paths: list[str]) -> None:
    """Writes the pictures."""
    if len(paths) != 1:
        sys.exit("Usage: python docs/take_phone_pictures.py DIST")
    reporter, archive = SilentReporter(), EmbeddedArchive(cached_dataset(default_cache()))
    study = next(str(study.uid) for study in STUDIES if study.key == "ordinary")
    with (
        started(find_browser(reporter), reporter) as browser,
        site(Path(paths[0]), archive, Tokens({}), enforce=False) as running,
    ):
        for name, (width, height) in SCREENS.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, has_touch=True, is_mobile=True, locale="en-GB"
            )
            page = context.new_page()
            page.goto(running.link((study,), "a-token"))
            page.wait_for_function(READY)
            page.wait_for_load_state("networkidle")
            picture = Image.open(io.BytesIO(page.screenshot()))
            picture.save(IMAGES / f"{name}.webp", quality=85)
            context.close()


if __name__ == "__main__":
    main(sys.argv[1:])
