"""Asks the Orthanc on this machine which studies it has, with an administrator's token for its filter.

Requires Python 3.9 and only the standard library.
"""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auth_service import NoRedirect
from share_file import printable
from token_file import FORMAT, FORMAT_PATH

SECONDS = 30.0


class NoAnswer(OSError):
    """Orthanc gives no usable answer; the text is the reason.

    Args:
        status: the answer's status; 0 for no answer.
    """

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.status = status


class LocalOrthanc:
    """An Orthanc on this machine.

    Args:
        settings: its configuration.
        token: an administrator's token.
    """

    def __init__(self, settings: Mapping[str, Any], token: str) -> None:
        section = settings["TokenFilter"]
        scheme = "https" if settings.get("SslEnabled") else "http"
        self._origin = f"{scheme}://127.0.0.1:{settings.get('HttpPort', 8042)}"
        self._headers = {section["Header"]: f"{section['Scheme']} {token}".strip()}
        # The requests go to this machine, and the certificate is for another name.
        context = ssl._create_unverified_context()  # noqa: S323
        https = urllib.request.HTTPSHandler(context=context)
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect(), https)

    def reads_the_format(self) -> bool:
        """Whether the filter that runs in Orthanc reads token files with ids and notes.

        Raises:
            NoAnswer: Orthanc does not answer.
        """
        try:
            return self._ask(FORMAT_PATH) == FORMAT.encode()
        except NoAnswer as error:
            if error.status == 404:
                return False
            raise

    def missing(self, studies: Iterable[str]) -> list[str]:
        """Those of the Study Instance UIDs that Orthanc does not have.

        Raises:
            NoAnswer: Orthanc does not answer.
        """
        return [uid for uid in studies if not self._has(uid)]

    def studies(self) -> Iterator[tuple[str, str]]:
        """Each study's Study Instance UID, and a line with date, patient and description.

        Raises:
            NoAnswer: Orthanc does not answer.
        """
        for study in self._list("/studies?expand"):
            tags = {**study["PatientMainDicomTags"], **study["MainDicomTags"]}
            words = (tags.get(name, "") for name in ("StudyDate", "PatientID", "PatientName", "StudyDescription"))
            yield tags["StudyInstanceUID"], printable("  ".join(words))

    def _has(self, uid: str) -> bool:
        return any(found.get("Type") == "Study" for found in self._list("/tools/lookup", uid.encode()))

    def _list(self, path: str, body: bytes | None = None) -> list[dict[str, Any]]:
        try:
            found = json.loads(self._ask(path, body))
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise NoAnswer(f"No Orthanc answers at {self._origin}{path}")
        return found

    def _ask(self, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(self._origin + path, body, self._headers)  # noqa: S310 (the origin is ours)
        try:
            with self._opener.open(request, timeout=SECONDS) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as error:
            raise NoAnswer(f"Orthanc answers {error.code} at {self._origin}{path}", error.code) from error
        except http.client.HTTPException as error:  # its text may quote what answered
            raise NoAnswer(f"No Orthanc answers at {self._origin}{path}: {type(error).__name__}") from error
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise NoAnswer(f"Orthanc does not answer at {self._origin}: {reason}") from error
