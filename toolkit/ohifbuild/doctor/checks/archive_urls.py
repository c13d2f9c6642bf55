"""Checks whether the archive writes the URLs that browsers use: their scheme, host and path."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from ohifbuild.doctor.checks.remedies import behind_proxy
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import Evidence
from ohifbuild.doctor.query_study import bulk_urls_in

EFFECT = "Documents, segmentations and some images do not load: the browser blocks these URLs, and they get no token."
PORTS = {"http": 80, "https": 443}


def bulk_urls(evidence: Evidence) -> Finding:
    """Whether the URLs in the archive's answers are below the DICOMweb root that the browser uses."""
    check = Check("bulk-urls", "Archive's URLs")
    archive, viewer = evidence.archive, evidence.viewer
    if archive is None or viewer is None or archive.metadata is None:
        return check.not_checked()
    named = [*bulk_urls_in(archive.documents), *bulk_urls_in(archive.metadata)]
    absolute = [url for url in named if "://" in url]
    roots = tuple(f"{root}/" for root in viewer.roots or (viewer.root,))
    wrong = next((url for url in absolute if not url.startswith(roots)), "")
    if not wrong:
        return check.right("They are below the DICOMweb root." if absolute else "There are no absolute URLs.")
    expected = viewer.image_root or viewer.root
    found, change = _difference(_place(wrong.partition("/studies")[0]), _place(expected))
    return check.wrong(f"The archive writes URLs at {_shown(wrong)}, not at {expected}: {found}.", EFFECT, change)


def _difference(written: SplitResult, expected: SplitResult) -> tuple[str, str]:
    """How a written DICOMweb root differs from that of the browser, in words that follow a colon, and the change."""
    if written.hostname != expected.hostname:
        return "a proxy passes another host on to it", (
            "Make each proxy pass on the host that browsers use. nginx: proxy_set_header Host $http_host;\n"
            "Apache: ProxyPreserveHost On\nTraefik: passHostHeader: true\nCaddy: header_up Host {hostport}"
        )
    if written.scheme != expected.scheme:
        return "TLS ends at a proxy, and the server behind it takes its own scheme for that of the browser", (
            f"{behind_proxy(f'{expected.scheme}://{expected.netloc}')}\n"
            f"A server that you configured yourself: nginx: proxy_set_header X-Forwarded-Proto {expected.scheme}; and "
            f'proxy_set_header Forwarded "host=$http_host;proto={expected.scheme}";\n'
            "dcm4chee also needs HTTP_PROXY_ADDRESS_FORWARDING=true in its environment."
        )
    if _port(written) != _port(expected):
        return "a proxy does not pass the port on to it", (
            "Make each proxy pass on the host with its port. nginx: proxy_set_header Host $http_host;\n"
            "HAProxy and Traefik do that by default."
        )
    if expected.path.endswith(written.path) and written.path:
        prefix = expected.path.removesuffix(written.path)
        return f"a proxy takes {prefix} off the path", (
            f"{behind_proxy(f'{expected.scheme}://{expected.netloc}', prefix)}\n"
            f'Or tell Orthanc its public path: "DicomWeb": {{"PublicRoot": "{expected.path}/"}}'
        )
    return "it does not know its public path", (
        f'Set the path that browsers use: Orthanc: "DicomWeb": {{"PublicRoot": "{expected.path}/"}}'
    )


def _place(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _port(parts)
    except ValueError:
        return urlsplit("//?")
    return parts


def _port(parts: SplitResult) -> int | None:
    return parts.port or PORTS.get(parts.scheme)


def _shown(url: str) -> str:
    """The root in a URL, without a user's name and password."""
    place = _place(url.partition("/studies")[0])
    return f"{place.scheme}://{place.netloc.rpartition('@')[2]}{place.path[:80]}"
