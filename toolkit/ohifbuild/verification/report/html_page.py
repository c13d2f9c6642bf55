"""The evidence as one self-contained HTML page without scripts."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from PIL import Image

from ohifbuild.verification.evidence import ClaimResult, Evidence, Observation, Screenshot
from ohifbuild.verification.report.waterfall import Waterfall, waterfall

PICTURE_WIDTH = 960
PICTURE_QUALITY = 72
LONGEST_EVIDENCE = 60


@dataclass(frozen=True)
class Cell:
    """A cell of the overview: the result, or None if the claim is not checked in the scenario."""

    scenario: str
    result: ClaimResult | None


@dataclass(frozen=True)
class ClaimRow:
    """A row of the overview."""

    title: str
    holding: int
    cells: tuple[Cell, ...]

    @property
    def total(self) -> int:
        """In how many scenarios the claim was checked."""
        return sum(cell.result is not None for cell in self.cells)


@dataclass(frozen=True)
class Section:
    """The part of the page for one scenario. ``pictures`` are pairs of caption and ``data:`` URL."""

    observation: Observation
    results: tuple[ClaimResult, ...]
    pictures: tuple[tuple[str, str], ...]
    waterfall: Waterfall

    @property
    def holding(self) -> int:
        """How many of its claims hold."""
        return sum(result.holds for result in self.results)


def render(evidence: Evidence) -> str:
    """The HTML page."""
    # The screenshots take most of the time, and Pillow scales several at once.
    with ThreadPoolExecutor() as pool:
        sections = list(pool.map(lambda observation: _section(observation, evidence), evidence.observations))
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    source = files("ohifbuild.verification.report").joinpath("template.html.j2").read_text(encoding="utf-8")
    return template.from_string(source).render(
        evidence=evidence,
        rows=_overview(evidence),
        sections=sections,
        elsewhere=evidence.results_elsewhere,
        hero=next((pictures for s in sections if s.observation.viewports for pictures in s.pictures), None),
        longest=LONGEST_EVIDENCE,
        requests=sum(len(section.waterfall.rows) for section in sections),
    )


def _overview(evidence: Evidence) -> list[ClaimRow]:
    by_place = {(result.claim, result.scenario): result for result in evidence.results}
    elsewhere = evidence.results_elsewhere
    titles = {result.claim: result.title for result in evidence.results if result.scenario not in elsewhere}
    rows = []
    for claim, title in titles.items():
        cells = tuple(Cell(o.title, by_place.get((claim, o.scenario))) for o in evidence.observations)
        rows.append(ClaimRow(title, sum(bool(c.result and c.result.holds) for c in cells), cells))
    return rows


def _section(observation: Observation, evidence: Evidence) -> Section:
    results = [result for result in evidence.results if result.scenario == observation.scenario]
    return Section(
        observation=observation,
        results=tuple(sorted(results, key=lambda result: result.holds)),
        pictures=_pictures(observation.screenshots),
        waterfall=waterfall(observation, evidence.settings),
    )


def _pictures(screenshots: Sequence[Screenshot]) -> tuple[tuple[str, str], ...]:
    return tuple((screenshot.caption, _data_url(screenshot.image)) for screenshot in screenshots)


def _data_url(jpeg: bytes) -> str:
    picture = Image.open(io.BytesIO(jpeg)).convert("RGB")
    height = round(picture.height * PICTURE_WIDTH / picture.width)
    smaller = picture.resize((PICTURE_WIDTH, height), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    smaller.save(file, "WEBP", quality=PICTURE_QUALITY, method=2)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()
