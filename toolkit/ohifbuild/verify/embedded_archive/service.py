"""Which part of the archive answers which path."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ohifbuild.verify.embedded_archive import wado
from ohifbuild.verify.embedded_archive.accept import accepts
from ohifbuild.verify.embedded_archive.answer import Answer, Question, Refused, whole
from ohifbuild.verify.embedded_archive.holdings import Store, Stored
from ohifbuild.verify.embedded_archive.pixeldata import THUMBNAIL
from ohifbuild.verify.embedded_archive.qido import search


class Service:
    """A DICOMweb origin server over a folder: QIDO-RS and WADO-RS, nothing that writes."""

    def __init__(self, folder: Path) -> None:
        self._store = Store(folder)

    def answer(self, question: Question) -> Answer:
        """The answer to a GET request.

        Raises:
            Refused: there is none; with the HTTP status that says why.
        """
        match question.path:
            case ("studies" | "series" | "instances" as level,):
                return self._search(question, level)
            case ("studies", study, "series" | "instances" as level):
                return self._search(question, level, study)
            case ("studies", study, "series", series, "instances"):
                return self._search(question, "instances", study, series)
            case ("studies", study, "series", series, "instances", instance, *rest) if rest:
                return self._of_instance(question, self._found(study, series, instance)[0], tuple(rest))
            case ("studies", *names):
                return self._of_several(question, tuple(names))
        raise Refused(404, "DICOMweb knows no such resource.")

    def _search(self, question: Question, level: str, study: str = "", series: str = "") -> Answer:
        if not accepts(question.wanted, (wado.DICOM_JSON, "application/json")):
            raise Refused(406, f"Searches are answered as {wado.DICOM_JSON}.")
        found = search(level, self._store.select(study, series), question.query, question.root)
        return whole(wado.DICOM_JSON, json.dumps(found).encode())

    def _of_several(self, question: Question, names: tuple[str, ...]) -> Answer:
        kind = names[-1] if names[-1:] in (("metadata",), ("rendered",), ("thumbnail",)) else ""
        match names[:-1] if kind else names:
            case (study,):
                objects = self._found(study)
            case (study, "series", series):
                objects = self._found(study, series)
            case (study, "series", series, "instances", instance):
                objects = self._found(study, series, instance)
            case _:
                raise Refused(404, "DICOMweb knows no such resource.")
        if kind == "metadata":
            return wado.metadata(question, objects)
        if kind:
            middle = objects[len(objects) // 2]
            return wado.picture(question, middle, longest=THUMBNAIL if kind == "thumbnail" else 0)
        return wado.retrieve(question, objects)

    def _of_instance(self, question: Question, stored: Stored, rest: tuple[str, ...]) -> Answer:
        match rest:
            case ("metadata",):
                return wado.metadata(question, (stored,))
            case ("rendered",):
                return wado.picture(question, stored)
            case ("thumbnail",):
                return wado.picture(question, stored, longest=THUMBNAIL)
            case ("frames", numbers):
                return wado.frames(question, stored, numbers)
            case ("frames", number, "rendered") if number.isdecimal():
                return wado.picture(question, stored, int(number))
            case ("bulk", *way):
                return wado.bulk(question, stored, tuple(way))
        raise Refused(404, "DICOMweb knows no such resource.")

    def _found(self, study: str, series: str = "", instance: str = "") -> Sequence[Stored]:
        objects = self._store.select(study, series, instance)
        if not objects:
            raise Refused(404, "This archive holds no such object.")
        return objects
