"""A client of the WebDriver protocol (W3C), as far as verify needs it."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from typing import Any

SECONDS = 40.0
"""The longest that an answer may take: longer than the timeouts of pages and scripts."""

PAGE_SECONDS = 20.0
SCRIPT_SECONDS = 10.0

ASYNC = """
const done = arguments[arguments.length - 1];
Promise.resolve(arguments[0]).then(FUNCTION).then(value => done({ value }), error => done({ error: String(error) }));
"""


class DriverError(Exception):
    """The browser refused a command, or is gone."""


class WebDriver:
    """A session with a browser.

    Args:
        port: where the driver listens, on loopback.
        capabilities: what the session asks for.

    Raises:
        DriverError: there is no session.
    """

    def __init__(self, port: int, capabilities: Mapping[str, Any]) -> None:
        self._port = port
        self._path = "/session"
        made = self._call("POST", "", {"capabilities": {"alwaysMatch": capabilities}})
        self._path = f"/session/{made['sessionId']}"
        self.version = f"{made['capabilities'].get('browserVersion', 'of unknown version')}"
        self._call("POST", "/timeouts", {"pageLoad": int(PAGE_SECONDS * 1000), "script": int(SCRIPT_SECONDS * 1000)})

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Sends a command of the session."""
        return self._call("POST", path, body or {})

    def get(self, path: str) -> Any:
        """Reads something of the session."""
        return self._call("GET", path, None)

    def delete(self, path: str) -> Any:
        """Ends something: a window, or with '' the session."""
        return self._call("DELETE", path, None)

    def call(self, function: str, argument: str = "") -> Any:
        """Calls a JavaScript function in the page, and returns what it returns.

        Raises:
            DriverError: it threw, or there is no page at this moment.
        """
        return self.post("/execute/sync", {"script": f"return ({function})(arguments[0])", "args": [argument]})

    def call_async(self, function: str, argument: str = "") -> Any:
        """Calls an asynchronous JavaScript function, and returns that of which it returns a promise.

        In a page that is being replaced this takes as long as the timeout, because the promise is gone with the page.

        Raises:
            DriverError: the promise was rejected, or is gone.
        """
        script = ASYNC.replace("FUNCTION", function)
        answer = self.post("/execute/async", {"script": script, "args": [argument]})
        if not isinstance(answer, dict) or "error" in answer:
            raise DriverError(str(answer))
        return answer.get("value")

    def screenshot(self) -> bytes:
        """A picture of the page, as a PNG file."""
        return base64.b64decode(self.get("/screenshot"))

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=SECONDS)
        try:
            payload = None if body is None else json.dumps(body)
            connection.request(method, self._path + path, payload, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            value = json.loads(answer.read())["value"]
        except (OSError, http.client.HTTPException, ValueError, LookupError) as error:
            raise DriverError(f"The driver does not answer: {error or type(error).__name__}") from error
        finally:
            connection.close()
        if answer.status != 200:
            raise DriverError(f"{value.get('error')}: {value.get('message')}")
        return value
