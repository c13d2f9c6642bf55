"""From the requests of a visit to templates."""

from __future__ import annotations

from ohifbuild.recording.requests import templates
from ohifbuild.releases.startup_profile import RequestTemplate
from ohifbuild.verification.evidence import SentRequest

ORIGIN = "http://127.0.0.1:8099"
JSON = "application/dicom+json"
FRAMES = "multipart/related; type=application/octet-stream; transfer-syntax=*"


def sent(path: str, accept: str = JSON, method: str = "GET") -> SentRequest:
    return SentRequest(method, ORIGIN + path, (("accept", accept), ("token", "t")), "fetch", 200, 0.0)


def test_requests_become_templates_in_the_order_in_which_ohif_waits_for_them() -> None:
    series = "/recorded/wado/studies/1.2.3/series"
    visit = (
        sent("/recorded/qido/studies?limit=101&StudyInstanceUID=1.2.3"),
        sent(f"{series}?includefield=00080021"),
        sent(f"{series}/1.2.3.1/metadata"),
        sent(f"{series}/1.2.3.2/metadata"),
        sent(f"{series}/1.2.3.1/instances/1.2.3.1.9/frames/1", FRAMES),
        sent(f"{series}/1.2.3.2/instances/1.2.3.2.9/frames/3", FRAMES),
        sent(f"{series}/1.2.3.2/instances/1.2.3.2.9/rendered", "*/*"),
        sent("/recorded/qido/studies?StudyInstanceUID=1.2.3", method="HEAD"),
    )
    assert templates(visit, ["1.2.3"]) == (
        RequestTemplate("{qido}/studies?limit=101&StudyInstanceUID={study}", JSON),
        RequestTemplate("{wado}/studies/{study}/series?includefield=00080021", JSON),
        RequestTemplate("{wado}/studies/{study}/series/{series}/metadata", JSON),
        RequestTemplate("{wado}/studies/{study}/series/{series}/instances/{instance}/frames/{frame}", FRAMES),
    )


def test_the_requests_for_each_of_several_studies_are_one_template() -> None:
    visit = [sent(f"/recorded/qido/studies?StudyInstanceUID={uid}") for uid in ("1.2", "1.2.3")]
    assert templates(visit, ["1.2", "1.2.3"]) == (RequestTemplate("{qido}/studies?StudyInstanceUID={study}", JSON),)
