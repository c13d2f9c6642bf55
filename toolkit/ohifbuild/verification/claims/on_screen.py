"""Claims about what is on the screen."""

from __future__ import annotations

from collections.abc import Sequence

from ohifbuild.contract.settings import Settings
from ohifbuild.verification.evidence import ImageMatch, Observation, Verdict
from ohifbuild.verification.pixels import shows
from ohifbuild.verification.traffic import received_line

# The element and the timing of extension-template/src/early/still/index.js.
PREVIEW_ELEMENT = 'id="ohifbuild-preview"'
PREVIEW_MARK = "ohifbuild:preview "


def right_image(seen: Observation, settings: Settings) -> Verdict:
    """Every viewport that is not empty shows an image of the link's studies, and one shows the expected image."""
    shown = [match for match in seen.viewports if not match.blank]
    lines = tuple(_match_line(match) for match in seen.viewports)
    if not shown:
        was = "An image was there before." if seen.first_image is not None else f"The page had {seen.seconds:.0f} s."
        return Verdict(False, f"No viewport shows anything. {was}", lines)
    # A reconstruction matches no image well; an image that is recognised must be one of the link's.
    foreign = [match for match in shown if shows(match) and not _is_of(match, seen.expects.studies)]
    expected = set(seen.expects.instances)
    hits = [match for match in shown if shows(match) and (not expected or expected & set(match.instances))]
    if foreign:
        return Verdict(False, "An image of another study is on the screen.", lines)
    if not hits:
        return Verdict(False, "The expected image is not on the screen.", lines)
    best = max(hits, key=lambda match: match.score)
    return Verdict(True, f"{best.name} (correlation {best.score:.3f}; next best other {best.rival_score:.3f})", lines)


def preview(seen: Observation, settings: Settings) -> Verdict:
    """No preview is left beside OHIF's image or a message, and OHIF shows the image that the preview was of."""
    if PREVIEW_ELEMENT in seen.state.html:
        return Verdict(False, "The preview is still there.")
    named = [name.removeprefix(PREVIEW_MARK) for name in seen.state.timings if name.startswith(PREVIEW_MARK)]
    loaded = any(request.resource_type == "document" for request in seen.sent)
    lines = tuple(_match_line(match) for match in seen.viewports)
    for uid in named if loaded else ():  # else the user has chosen another image meanwhile
        if not any(uid == match.labelled or uid in match.instances for match in seen.viewports):
            return Verdict(False, "The preview was of another image than OHIF's first.", (f"preview: {uid}", *lines))
    return Verdict(True, "The preview is gone; it was of OHIF's first image." if named else "There is no preview.")


def thumbnails(seen: Observation, settings: Settings) -> Verdict:
    """Every series that needs a thumbnail has one that shows an image of that series."""
    wanted = set(seen.expects.thumbnails)
    lines = tuple(_match_line(match) for match in seen.thumbnails)
    found = {uid for match in seen.thumbnails if not match.blank for uid in match.series}
    foreign = [m for m in seen.thumbnails if not m.blank and not _is_of(m, seen.expects.studies)]
    if foreign:
        return Verdict(False, "A thumbnail shows an image of another study.", lines)
    missing = wanted - found
    if missing:
        return Verdict(False, f"{len(missing)} of {len(wanted)} series lack their thumbnail.", lines)
    return Verdict(True, f"{len(wanted)} of {len(wanted)} series have their thumbnail.", lines)


def message_shown(seen: Observation, settings: Settings) -> Verdict:
    """The page shows a visible message with the right reason."""
    message = seen.message
    wanted = " or ".join(seen.expects.reasons)
    if message is None:
        return Verdict(False, f"There is no message; {wanted} was expected.")
    line = f"{message.reason}: {message.text}"
    if not message.visible or not message.text:
        return Verdict(False, "The message is not visible.", (line,))
    if message.reason not in seen.expects.reasons:
        return Verdict(False, f"The message's reason is {message.reason}; {wanted} was expected.", (line,))
    return Verdict(True, f"“{_shortened(message.text.splitlines()[0], 90)}” ({message.reason})", (line,))


def no_pixels(seen: Observation, settings: Settings) -> Verdict:
    """No viewport and no thumbnail shows anything, and the archive granted no request."""
    pictures = [match for match in (*seen.viewports, *seen.thumbnails) if not match.blank]
    given = [r for r in seen.received if r.decision == "granted" or (r.decision != "redirected" and 0 < r.status < 400)]
    lines = (*map(_match_line, pictures), *map(received_line, given))
    if pictures:
        return Verdict(False, f"{len(pictures)} images are on the screen.", lines)
    if given:
        return Verdict(False, f"The archive answered {len(given)} requests.", lines)
    return Verdict(True, "No image is on the screen, and the archive granted no request.")


def _is_of(match: ImageMatch, studies: Sequence[str]) -> bool:
    return bool(set(match.studies) & set(studies))


def _match_line(match: ImageMatch) -> str:
    if match.blank:
        return f"{match.where}: empty"
    return (
        f"{match.where}: {match.name}, correlation {match.score:.4f}; next best: {match.rival} {match.rival_score:.4f}"
    )


def _shortened(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"
