"""Answers DICOMweb's ``/rendered`` for videos, which Orthanc's DICOMweb plugin supports only since its version 1.19.

Older versions answer 400, and no viewer can play a video (observed with 1.7, in Debian 12). ``token_filter.py``
installs this script if Orthanc's configuration has ``TokenFilter.RenderVideos: true``; the filter checks these requests
like all others. The Python plugin must come before the DICOMweb plugin in ``Plugins``: if two plugins answer a path,
Orthanc takes the first.

Requests for images are forwarded to the DICOMweb plugin. The Accept header cannot be forwarded, so images are always
JPEG.

Requires Python 3.9 and only the standard library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

MEDIA_TYPES = {
    f"1.2.840.10008.1.2.4.{number}{fragmentable}": "video/mpeg" if number < 102 else "video/mp4"
    for number in range(100, 109)
    for fragmentable in ("", ".1")
}
"""By transfer syntax (DICOM PS3.18 8.7.3.5.2)."""

UID = r"([0-9.]{1,64})"


class RenderedVideos:
    """The callback for ``ROOT/studies/…/series/…/instances/…/rendered``."""

    def __init__(self, orthanc: Any, root: str) -> None:
        self._orthanc = orthanc
        self._root = root

    def answer(self, output: Any, uri: str, **request: Any) -> None:
        """The callback for Orthanc; ``groups`` in the request are the UIDs of study, series and instance."""
        if request.get("method") != "GET":
            output.SendMethodNotAllowed("GET")
            return
        study, series, instance = request["groups"]
        found = self._found(study, series, instance)
        if not found:
            output.SendHttpStatusCode(404)
            return
        media_type = MEDIA_TYPES.get(found["TransferSyntax"])
        output.SetHttpHeader("Cache-Control", "no-store")
        accepted = (request.get("headers") or {}).get("accept", "")
        if not accepts(accepted, media_type or "image/jpeg"):
            output.SendHttpStatusCode(406)
        elif media_type:
            output.AnswerBuffer(self._stream(f"/instances/{found['ID']}/content/7fe0-0010"), media_type)
        else:
            frame = f"{self._root}/studies/{study}/series/{series}/instances/{instance}/frames/1/rendered"
            self._send_image(output, frame + query_of(request.get("get") or {}))

    def _send_image(self, output: Any, path: str) -> None:
        try:
            output.AnswerBuffer(self._orthanc.RestApiGetAfterPlugins(path), "image/jpeg")
        except self._orthanc.OrthancException:
            # The DICOMweb plugin's own answer if it cannot decode an image.
            output.SendHttpStatusCode(400)

    def _stream(self, path: str) -> bytes:
        """All fragments of the pixel data, without the offset table before them."""
        _, *fragments = json.loads(self._orthanc.RestApiGet(path))
        return b"".join(self._orthanc.RestApiGet(f"{path}/{fragment}") for fragment in fragments)

    def _found(self, study: str, series: str, instance: str) -> Mapping[str, str] | None:
        """Orthanc's id of the object with these three UIDs, and its transfer syntax."""
        for match in json.loads(self._orthanc.RestApiPost("/tools/lookup", instance)):
            if match["Type"] == "Instance":
                path = match["Path"]
                names = [self._uid(f"{path}/{level}", tag) for level, tag in LEVELS]
                if names == [study, series]:
                    syntax = self._orthanc.RestApiGet(f"{path}/metadata/TransferSyntax").decode()
                    return {"ID": match["ID"], "TransferSyntax": syntax}
        return None

    def _uid(self, path: str, tag: str) -> str:
        return str(json.loads(self._orthanc.RestApiGet(path))["MainDicomTags"][tag])


LEVELS = (("study", "StudyInstanceUID"), ("series", "SeriesInstanceUID"))


def accepts(header: str, media_type: str) -> bool:
    """Whether an Accept header allows a media type; an empty header allows any."""
    accepted = [part.partition(";")[0].strip().lower() for part in header.split(",") if part.strip()]
    return not accepted or bool({"*/*", media_type.partition("/")[0] + "/*", media_type} & set(accepted))


def query_of(arguments: Mapping[str, str]) -> str:
    """The raw query, rebuilt; Orthanc does not decode names and values."""
    return "?" + "&".join(f"{name}={value}" for name, value in arguments.items()) if arguments else ""


def install(orthanc: Any, root: str) -> None:
    """Registers the callback with Orthanc.

    Args:
        orthanc: Orthanc's Python module.
        root: the path of the DICOMweb root, without a slash at the end.
    """
    path = f"{re.escape(root)}/studies/{UID}/series/{UID}/instances/{UID}/rendered"
    orthanc.RegisterRestCallback(path, RenderedVideos(orthanc, root).answer)
