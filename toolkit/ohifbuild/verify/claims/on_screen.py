"""Claims about what is on the screen."""

from __future__ import annotations

from collections.abc import Sequence

from ohifbuild.contract.settings import Settings
from ohifbuild.verify.evidence import ImageMatch, Observation, Verdict
from ohifbuild.verify.pixels import shows
from ohifbuild.verify.traffic import received_line


def right_image(seen: Observation, settings: Settings) -> Verdict:
    """Every viewport that shows something shows an image of the link's studies, and one of them the expected one."""
    shown = [match for match in seen.viewports if not match.blank]
    lines = tuple(_match_line(match) for match in seen.viewports)
    if not shown:
        return Verdict(False, "No viewport shows anything.", lines)
    # A reconstruction resembles no image well; one that is well recognised must be the link's.
    strangers = [match for match in shown if shows(match) and not _is_of(match, seen.expects.studies)]
    expected = set(seen.expects.instances)
    hits = [match for match in shown if shows(match) and (not expected or expected & set(match.instances))]
    if strangers or not hits:
        what = "An image of another study" if strangers else "Not the expected image"
        return Verdict(False, f"{what} is on the screen.", lines)
    best = max(hits, key=lambda match: match.score)
    return Verdict(True, f"{best.name} (correlation {best.score:.3f}; next best other {best.rival_score:.3f})", lines)


def thumbnails(seen: Observation, settings: Settings) -> Verdict:
    """Every series that should have a thumbnail has one that shows an image of that series."""
    wanted = set(seen.expects.thumbnails)
    lines = tuple(_match_line(match) for match in seen.thumbnails)
    found = {uid for match in seen.thumbnails if not match.blank for uid in match.series}
    strangers = [m for m in seen.thumbnails if not m.blank and not _is_of(m, seen.expects.studies)]
    if strangers:
        return Verdict(False, "A thumbnail shows an image of another study.", lines)
    missing = wanted - found
    if missing:
        return Verdict(False, f"{len(missing)} of {len(wanted)} series have no thumbnail of their own.", lines)
    return Verdict(True, f"{len(wanted)} of {len(wanted)} series have theirs.", lines)


def message_shown(seen: Observation, settings: Settings) -> Verdict:
    """The page says what is wrong, visibly, and for the right reason."""
    message = seen.message
    wanted = " or ".join(seen.expects.reasons)
    if message is None:
        return Verdict(False, f"There is no message; expected was {wanted}.")
    line = f"{message.reason}: {message.text}"
    if not message.visible or not message.text:
        return Verdict(False, "The message is there but cannot be seen.", (line,))
    if message.reason not in seen.expects.reasons:
        return Verdict(False, f"The reason given is {message.reason}; expected was {wanted}.", (line,))
    return Verdict(True, f"“{_shortened(message.text.splitlines()[0], 90)}” ({message.reason})", (line,))


def no_pixels(seen: Observation, settings: Settings) -> Verdict:
    """No viewport and no thumbnail shows anything, and the archive gave nothing away."""
    pictures = [match for match in (*seen.viewports, *seen.thumbnails) if not match.blank]
    given = [r for r in seen.received if r.decision == "granted" or (r.decision != "redirected" and 0 < r.status < 400)]
    lines = (*map(_match_line, pictures), *map(received_line, given))
    if pictures:
        return Verdict(False, f"{len(pictures)} pictures are on the screen.", lines)
    if given:
        return Verdict(False, f"The archive answered {len(given)} requests.", lines)
    return Verdict(True, "Nothing is on the screen and the archive gave nothing.")


def _is_of(match: ImageMatch, studies: Sequence[str]) -> bool:
    return bool(set(match.studies) & set(studies))


def _match_line(match: ImageMatch) -> str:
    if match.blank:
        return f"{match.where}: nothing to see"
    return (
        f"{match.where}: {match.name}, correlation {match.score:.4f}; next best: {match.rival} {match.rival_score:.4f}"
    )


def _shortened(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"
