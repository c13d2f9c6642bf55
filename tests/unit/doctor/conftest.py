"""Evidence of a deployment in which all is right, to be changed in one place."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from ohifbuild.contract.link import read_link
from ohifbuild.contract.settings import Settings
from ohifbuild.doctor import judge
from ohifbuild.doctor.address import parse_address
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.connections import Connection
from ohifbuild.doctor.findings import Finding
from ohifbuild.doctor.observations import ArchiveEvidence, Evidence, FileEvidence, Navigation, ViewerEvidence
from ohifbuild.doctor.tls import Certificate, Tls
from ohifbuild.doctor.viewer_page import Page
from ohifbuild.server.headers import ISOLATION, content_security_policy

NOW = 1_800_000_000.0
DATE = "Fri, 15 Jan 2027 08:00:00 GMT"
STUDY = "1.2.3"
URL = f"https://pacs.example/ohif/viewer?StudyInstanceUIDs={STUDY}&token=abc"
DAY = 86400.0


def answer(status: int = 200, body: bytes | list[Any] = b"", **headers: str) -> Answer:
    """Header names with _ for -; a list becomes JSON."""
    found = tuple((name.replace("_", "-").lower(), value) for name, value in headers.items())
    return Answer(
        "https://pacs.example/", status, found, body if isinstance(body, bytes) else json.dumps(body).encode()
    )


def data_set(**tags: str) -> dict[str, Any]:
    return {tag.removeprefix("x"): {"vr": "UI", "Value": [value]} for tag, value in tags.items()}


@dataclass(frozen=True)
class Case:
    """Evidence, and what doctor makes of it."""

    evidence: Evidence

    def but(self, part: str = "", **changes: Any) -> Case:
        """The same with something changed in one part: navigation, viewer or archive, or in the evidence itself."""
        if not part:
            return Case(replace(self.evidence, **changes))
        return Case(replace(self.evidence, **{part: replace(getattr(self.evidence, part), **changes)}))

    def with_page_header(self, name: str, *values: str) -> Case:
        """The same with other values of a header of the page."""
        seen = self.evidence.viewer
        assert seen is not None
        kept = tuple(item for item in seen.page_answer.headers if item[0] != name.lower())
        changed = replace(seen.page_answer, headers=(*kept, *((name.lower(), value) for value in values)))
        return self.but("viewer", page_answer=changed).but("navigation", first=changed)

    def finding(self, check: str) -> Finding:
        return next(finding for finding in judge(self.evidence).findings if finding.check == check)


@pytest.fixture
def healthy() -> Case:
    headers: dict[str, Any] = {name.replace("-", "_"): value for name, value in ISOLATION.items()}
    page = Page(
        "ohifbuild", Settings(public_url="/ohif/"), hides_referrer=True, policies=(content_security_policy(""),)
    )
    first = answer(
        body=b"<!doctype html>",
        Content_Type="text/html; charset=utf-8",
        Cache_Control="no-store",
        Content_Security_Policy=content_security_policy(""),
        Date=DATE,
        **headers,
    )
    script = answer(Content_Type="text/javascript", Cache_Control="no-cache", **headers)
    worker = replace(script, body=b"registration.unregister()")
    json_type, kept = "application/dicom+json", "no-store"
    found = answer(
        body=[data_set(x0020000D=STUDY, x00100020="ID", x00080061="CT")], Content_Type=json_type, Cache_Control=kept
    )
    refused = answer(403)
    certificate = Certificate(("pacs.example",), NOW - DAY, NOW + 80 * DAY, False)
    address = parse_address(URL)
    return Case(
        Evidence(
            link_address=address,
            link=read_link(URL, "token"),
            now=NOW,
            connections=(Connection("192.0.2.1"),),
            navigation=Navigation(address, Tls("", certificate), first=first),
            viewer=ViewerEvidence(
                page,
                first,
                files=(FileEvidence("app-config.js", script), FileEvidence("init-service-worker.js", worker)),
                missing=answer(404),
                root="https://pacs.example/dicom-web",
            ),
            archive=ArchiveEvidence(
                anonymous_search=answer(401),
                upload=answer(405),
                ambiguous={"//": answer(400)},
                long_token=answer(401),
                granted={STUDY: found},
                anonymous_study=answer(401),
                repeated=answer(401),
                forged=answer(401),
                series=answer(body=[data_set(x0020000E="1.2.3.4", x00080060="CT")], Cache_Control=kept),
                metadata=answer(body=[data_set(x00080018="1.2.3.4.5")], Cache_Control=kept),
                frame=answer(
                    body=b"--x\r\n\r\npixels\r\n--x--", Content_Type="multipart/related; boundary=x", Cache_Control=kept
                ),
                patient=refused,
                everything=refused,
            ),
            sends_token=True,
        )
    )


@pytest.fixture
def reply() -> Callable[..., Answer]:
    return answer


@pytest.fixture
def row() -> Callable[..., dict[str, Any]]:
    return data_set
