"""Routes the paths of DICOMweb requests to their handlers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from ohifbuild.verification.embedded_archive import wado
from ohifbuild.verification.embedded_archive.accept import accepts
from ohifbuild.verification.embedded_archive.answer import (
    Answer,
    DicomwebRequest,
    RequestRefused,
    object_errors,
    whole,
)
from ohifbuild.verification.embedded_archive.holdings import HeldStudy, Store, Stored
from ohifbuild.verification.embedded_archive.pixeldata import THUMBNAIL
from ohifbuild.verification.embedded_archive.qido import search


class Service:
    """A read-only DICOMweb origin server for some files: QIDO-RS and WADO-RS."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._store = Store(files)

    @property
    def studies(self) -> tuple[HeldStudy, ...]:
        """The studies that it holds."""
        return self._store.studies

    def answer(self, request: DicomwebRequest) -> Answer:
        """The answer to a GET request.

        Raises:
            RequestRefused: there is none; with the HTTP status that says why.
        """
        with object_errors():
            return self._answer(request)

    def _answer(self, request: DicomwebRequest) -> Answer:
        match request.path:
            case ("studies" | "series" | "instances" as level,):
                return self._search(request, level)
            case ("studies", study, "series" | "instances" as level):
                return self._search(request, level, study)
            case ("studies", study, "series", series, "instances"):
                return self._search(request, "instances", study, series)
            case ("studies", study, "series", series, "instances", instance, *rest) if rest:
                return self._of_instance(request, self._found(study, series, instance)[0], tuple(rest))
            case ("studies", *names):
                return self._of_several(request, tuple(names))
        raise RequestRefused(404, "DICOMweb knows no such resource.")

    def _search(self, request: DicomwebRequest, level: str, study: str = "", series: str = "") -> Answer:
        if not accepts(request.wanted, (wado.DICOM_JSON, "application/json")):
            raise RequestRefused(406, f"Searches are answered as {wado.DICOM_JSON}.")
        found = search(level, self._store.select(study, series), request.query, request.root)
        return whole(wado.DICOM_JSON, json.dumps(found).encode())

    def _of_several(self, request: DicomwebRequest, names: tuple[str, ...]) -> Answer:
        kind = names[-1] if names[-1:] in (("metadata",), ("rendered",), ("thumbnail",)) else ""
        match names[:-1] if kind else names:
            case (study,):
                objects = self._found(study)
            case (study, "series", series):
                objects = self._found(study, series)
            case (study, "series", series, "instances", instance):
                objects = self._found(study, series, instance)
            case _:
                raise RequestRefused(404, "DICOMweb knows no such resource.")
        if kind == "metadata":
            return wado.metadata(request, objects)
        if kind:
            middle = objects[len(objects) // 2]
            return wado.picture(request, middle, longest=THUMBNAIL if kind == "thumbnail" else 0)
        return wado.retrieve(request, objects)

    def _of_instance(self, request: DicomwebRequest, stored: Stored, rest: tuple[str, ...]) -> Answer:
        match rest:
            case ("metadata",):
                return wado.metadata(request, (stored,))
            case ("rendered",):
                return wado.picture(request, stored)
            case ("thumbnail",):
                return wado.picture(request, stored, longest=THUMBNAIL)
            case ("frames", numbers):
                return wado.frames(request, stored, numbers)
            case ("frames", number, "rendered") if number.isdecimal():
                return wado.picture(request, stored, int(number))
            case ("bulk", *way):
                return wado.bulk(request, stored, tuple(way))
        raise RequestRefused(404, "DICOMweb knows no such resource.")

    def _found(self, study: str, series: str = "", instance: str = "") -> Sequence[Stored]:
        objects = self._store.select(study, series, instance)
        if not objects:
            raise RequestRefused(404, "This archive holds no such object.")
        return objects
