"""Attacks with raw requests to Orthanc with the token filter, which must refuse all of them."""

from __future__ import annotations

from attacks.model import Change
from attacks.orthancs import OrthancAttack, WeakFilter

FILTER = "token_filter.py"
TOKEN = "token: {token}"
ROOT = "/dicom-web"

ANY_STUDY = WeakFilter(
    "a token opens every study", (Change(FILTER, "return permits(grant.scope, asked)", "return True"),)
)
ANY_METHOD = WeakFilter(
    "methods are not checked",
    (
        Change(FILTER, "below(raw, self._root) if is_get and is_plain(raw) else None", "below(raw, self._root)"),
        Change(FILTER, "return permits(grant.scope, asked)", "return True"),
    ),
)
ANY_PATH = WeakFilter(
    "a token opens Orthanc's own paths",
    (
        Change(
            FILTER,
            'if tail is None:\n            return self._logged(False, grant, None, "")',
            "if tail is None:\n            return True",
        ),
    ),
)
NO_TOKEN = WeakFilter(
    "no token is needed",
    (
        Change(
            FILTER,
            'if not is_token(token):\n            return self._logged(False, None, None, "")',
            "if not is_token(token):\n            return True",
        ),
    ),
)
ANY_TOKEN = WeakFilter(
    "any token is accepted",
    (
        Change(
            FILTER,
            "if self._service is None or asked",
            "if self._service is None:\n            return True\n        if asked",
        ),
    ),
)
ANY_DEPTH = WeakFilter(
    "nesting depth is not limited", (Change("bounded_json.py", "if _depth(text) > DEEPEST:", "if False:"),)
)
ANY_OPEN = WeakFilter(
    "any path may be open",
    (
        Change(FILTER, "if not isinstance(url, str) or not OPEN_PATH.fullmatch(url):", "if False:"),
        Change(
            FILTER,
            'if url.split("/")[1] in RESERVED_PATHS or url.startswith(f"{root}/") or f"{root}/".startswith(url):',
            "if False:",
        ),
        Change(
            FILTER,
            "return bool(self._open_url) and is_plain(raw)",
            'return self._open_url == "/" or bool(self._open_url) and is_plain(raw)',
        ),
    ),
)


def asks(name: str, why: str, tail: str, weakening: WeakFilter = ANY_STUDY) -> OrthancAttack:
    """A request that its token does not permit."""
    return OrthancAttack(
        f"orthanc-{name}", why, (f"GET {ROOT}{tail} HTTP/1.1", TOKEN, "Accept: application/json"), weakening
    )


ROWS = (
    asks("other-study", "another patient's study", "/studies/{other}/metadata"),
    asks("other-study-searched", "the same by a search", "/studies?StudyInstanceUID={other}"),
    asks("two-studies", "a list with the token's study and another", "/studies?StudyInstanceUID={own}%5C{other}"),
    asks("all-studies", "a search over the archive", "/studies"),
    asks("all-instances", "a search over all instances", "/instances?limit=5"),
    asks("patient", "the patient's other studies", "/studies?PatientID={patient}"),
    asks("patient-wildcard", "all patients whose ID contains this one", "/studies?PatientID=*{patient}*"),
    asks("birth-date", "all patients born on a day", "/studies?PatientBirthDate=19610417"),
    asks("birth-date-tag", "the same by the attribute's tag", "/studies?00100030=19610417"),
    asks("other-patient-ids", "patients by an ID of another hospital", "/studies?OtherPatientIDs=1"),
    asks("own-study-any-patient", "the token's study together with a patient", "/studies?StudyInstanceUID={own}&PatientID=*"),
    asks("any-series", "a series of another study together with the token's study", "/series/9.9/instances?StudyInstanceUID={own}"),
    asks("climbs", "a path with '..' out of the token's study", "/studies/{own}/../{other}/series"),
    asks("climbs-encoded", "the same, encoded", "/studies/{own}/%2e%2e/{other}/series"),
    OrthancAttack("orthanc-own-paths", "Orthanc's own list of studies", ("GET /studies HTTP/1.1", TOKEN), ANY_PATH),
    OrthancAttack("orthanc-system", "Orthanc's information about itself", ("GET /system HTTP/1.1", TOKEN), ANY_PATH),
    OrthancAttack("orthanc-format", "the version of the token file", ("GET /token-filter/format HTTP/1.1", TOKEN), ANY_PATH),
    OrthancAttack("orthanc-climbs-out", "a path with '..' out of the DICOMweb root", (f"GET {ROOT}/studies/..%2f..%2fsystem HTTP/1.1", TOKEN), ANY_PATH),
    OrthancAttack("orthanc-post", "an object is stored", (f"POST {ROOT}/studies HTTP/1.1", TOKEN, "Content-Type: application/dicom", "Content-Length: 0"), ANY_METHOD),
    OrthancAttack("orthanc-delete", "the token's own study is deleted", (f"DELETE {ROOT}/studies/{{own}} HTTP/1.1", TOKEN), ANY_METHOD),
    OrthancAttack("orthanc-override", "a GET with a header that makes it a DELETE", (f"GET {ROOT}/studies/{{own}} HTTP/1.1", TOKEN, "X-HTTP-Method-Override: DELETE"), ANY_METHOD),
    OrthancAttack("orthanc-no-token", "a request without a token", (f"GET {ROOT}/studies/{{own}}/series HTTP/1.1",), NO_TOKEN),
    OrthancAttack("orthanc-unknown-token", "a token that was never issued", (f"GET {ROOT}/studies/{{own}}/series HTTP/1.1", "token: nobodys"), ANY_TOKEN),
    OrthancAttack("orthanc-token-in-query", "a token in the query, where servers log it", (f"GET {ROOT}/studies/{{own}}/series?token={{token}} HTTP/1.1",), NO_TOKEN),
    OrthancAttack(
        "orthanc-deep-tokens", "a token file whose nested brackets make Orthanc crash", (f"GET {ROOT}/studies/{{own}}/series HTTP/1.1", TOKEN), ANY_DEPTH,
        tokens="[" * 20_000,
    ),
    OrthancAttack("orthanc-open-root", "a setting that opens all of Orthanc", ("GET /system HTTP/1.1",), ANY_OPEN, section={"Open": "/"}),
    OrthancAttack("orthanc-open-studies", "a setting that opens the studies", ("GET /studies HTTP/1.1",), ANY_OPEN, section={"Open": "/studies/"}),
)  # fmt: skip
