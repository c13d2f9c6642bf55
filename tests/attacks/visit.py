"""One run of an attack: its browser window, the actions in it, and what is observed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request
from playwright.sync_api import Error as PlaywrightError

from attacks.attack_servers import AttackServers, Server
from attacks.model import Outcome, Received
from ohifbuild.contract.settings import Settings
from ohifbuild.verification.egress_proxy import EgressProxy
from ohifbuild.verification.page_readings import READERS
from ohifbuild.verification.session import poll

PATIENCE_SECONDS = 40.0
POLL_MS = 25
SCRIPT_MS = 4000
IDLE_SECONDS = 0.1

MESSAGE = "ohifbuild-message"
LOADED = "document.readyState === 'complete'"
# The page is loaded, and is not about to be replaced by the same page without the token.
STARTED = f"""() => {LOADED} && (!!document.getElementById('ohifbuild-message')
  || (window[Symbol.for('ohifbuild')]?.link().status ?? 'leaving') !== 'leaving')"""

Found = TypeVar("Found")


class Visit:
    """A browser window with the addresses, studies and tokens that an attack uses.

    ``page`` is its first tab. ``own`` is the link's study, ``other`` another study of the same patient, ``stranger`` a
    study of another patient; ``token`` opens ``own``, ``other_token`` opens ``other``.
    """

    def __init__(
        self, servers: AttackServers, server: Server, context: BrowserContext, egress_proxy: EgressProxy, fixtures: Any
    ) -> None:
        self.servers = servers
        self.origin = server.origin
        self.evil = servers.evil.origin
        self.context = context
        self.settings: Settings = fixtures.settings
        self.root = self.settings.dicomweb_root
        self.own, self.other, self.stranger = fixtures.own, fixtures.other, fixtures.stranger
        self.token, self.other_token = fixtures.token, fixtures.other_token
        self.patient = fixtures.patient
        self._stock: bool = fixtures.stock
        self._server = server
        self._egress_proxy = egress_proxy
        self._counts_at_start = (
            len(server.recorder.requests()),
            len(servers.evil.recorder.requests()),
            len(egress_proxy.attempts()),
        )
        self._sent: list[str] = []
        self._pending: set[Request] = set()
        self._last_busy = time.monotonic()
        self._console: list[str] = []
        self._errors: list[str] = []
        context.on("page", self._watch)
        self.page: Page = context.new_page()

    # Addresses

    def link(
        self, more: str = "", *, token: str | None = None, studies: str | None = None, route: str = "viewer"
    ) -> str:
        """A share link of the study ``own`` with its token in the query; ``more`` is appended."""
        value = self.token if token is None else token
        named = self.own if studies is None else studies
        parts = [f"StudyInstanceUIDs={named}" if named else "", f"token={quote(value, safe='')}" if value else ""]
        return f"{self.origin}{self.settings.public_url}{route}?{'&'.join(filter(None, parts))}{more}"

    # Actions

    def go(self, url: str, page: Page | None = None) -> None:
        """Opens an address, as a click on a link does."""
        with suppress(PlaywrightError):  # a page that navigates away at once aborts this navigation
            (page or self.page).goto(url, wait_until="commit", timeout=PATIENCE_SECONDS * 1000)

    def open(self, url: str | None = None) -> None:
        """Opens an address, by default the share link, and waits until our script has done its work."""
        self.go(url or self.link())
        self.started()

    def started(self) -> None:
        """Waits until our script has done its work; stock OHIF has none, so only until the page is loaded."""
        script = STARTED if self.is_ours() else LOADED
        self.until(lambda: self.page.evaluate(script), 5.0)

    def run(self, script: str, page: Page | None = None) -> Any:
        """Runs a script in the page; it may use ``own``, ``other``, ``stranger``, ``patient``, ``root``, ``evil``, ``token``."""
        names = ("own", "other", "stranger", "patient", "root", "evil", "token", "origin")
        values = {name: getattr(self, name) for name in names}
        body = (
            f"async ({{ {', '.join(names)} }}) => await Promise.race([(async () => {{ {script} }})(),"
            f" new Promise(done => setTimeout(done, {SCRIPT_MS}, 'it did not end'))])"
        )
        try:
            return (page or self.page).evaluate(body, values)
        except PlaywrightError as error:
            return f"threw {error.message.splitlines()[0]}"

    def until(self, check: Callable[[], Found | None], seconds: float = PATIENCE_SECONDS) -> Found | None:
        """Calls ``check`` until it returns something true, and returns that; None after ``seconds``."""
        return poll(self.page, check, seconds, interval_ms=POLL_MS)

    def idle(self, seconds: float = IDLE_SECONDS) -> None:
        """Waits until no request has been in progress for ``seconds``."""

        def silent() -> bool:
            if self._pending:
                self._last_busy = time.monotonic()
            return time.monotonic() - self._last_busy > seconds

        self._last_busy = time.monotonic()
        self.until(silent, 5.0)

    def is_ours(self) -> bool:
        """Whether the viewer is ours, not stock OHIF."""
        return not self._stock

    def message(self) -> str:
        """The reason of the page's message, '' for none."""
        with suppress(PlaywrightError):
            return str(self.page.evaluate(f"document.getElementById('{MESSAGE}')?.dataset.reason ?? ''"))
        return ""

    def settled(self, until: Callable[[Visit], bool] | None = None) -> None:
        """Waits until the viewer shows a message or an image; with ``until``, a message or that ``until`` is true."""
        self.until(lambda: self.message() or (until(self) if until else self.draws()))
        self.idle()

    def draws(self) -> bool:
        """Whether the viewer has a viewport for images."""
        return bool(self.page.evaluate("!!document.querySelector('.cornerstone-viewport-element canvas')"))

    def archive(self) -> tuple[Received, ...]:
        """The requests that the archive has received."""
        return tuple(r for r in self.requests() if r.target.startswith((self.root + "/", self.root + "?")))

    def attacked(self) -> tuple[Received, ...]:
        """The requests that the attacker's server has received."""
        return self.servers.evil.recorder.requests(self._counts_at_start[1])

    def requests(self) -> tuple[Received, ...]:
        """The requests that the viewer's server has received."""
        return self._server.recorder.requests(self._counts_at_start[0])

    # Observations

    def outcome(self, result: Any) -> Outcome:
        """Everything that was observed; ``result`` is the return value of the attack."""
        self.idle()
        return Outcome(
            token=self.token,
            own=self.own,
            other=self.other,
            root=self.root,
            site=self.requests(),
            evil=self.attacked(),
            blocked=self._egress_proxy.attempts(self._counts_at_start[2]),
            sent=tuple(self._sent),
            result=result,
            message=self.message(),
            shown=self._shown(),
            places=self._places(),
        )

    def _shown(self) -> str:
        with suppress(PlaywrightError):
            return str(self.page.evaluate("document.documentElement?.innerText ?? ''"))
        return ""

    def _places(self) -> dict[str, str]:
        places = {"console": "\n".join(self._console), "errors": "\n".join(self._errors), "url": self.page.url}
        places["cookies"] = json.dumps(self.context.cookies())
        with suppress(PlaywrightError):
            state = self.page.evaluate(f"async () => await ({READERS}).state()")
            places |= {name: value if isinstance(value, str) else json.dumps(value) for name, value in state.items()}
        with suppress(PlaywrightError):
            devtools = self.context.new_cdp_session(self.page)
            entries = devtools.send("Page.getNavigationHistory")["entries"]
            places["history"] = "\n".join(str(entry["url"]) for entry in entries)
            devtools.detach()
        return places

    def _watch(self, page: Page) -> None:
        page.on("request", self._on_request)
        # Not "requestfinished": a body that nobody reads never ends.
        page.on("response", lambda response: self._on_done(response.request))
        page.on("requestfailed", self._on_done)
        page.on("console", lambda message: self._console.append(f"{message.type}: {message.text} ({message.location})"))
        page.on("pageerror", lambda error: self._errors.append(f"{error.message}\n{error.stack}"))
        page.on("dialog", lambda dialog: dialog.dismiss())

    def _on_request(self, request: Request) -> None:
        self._sent.append(f"{request.method} {request.url}")
        if urlsplit(request.url).scheme in ("http", "https"):
            self._pending.add(request)
        self._last_busy = time.monotonic()

    def _on_done(self, request: Request) -> None:
        self._pending.discard(request)
        self._last_busy = time.monotonic()


@contextmanager
def window(browser: Browser, egress_proxy: EgressProxy, *origins: str) -> Iterator[BrowserContext]:
    """A window that reaches only these origins; the egress proxy refuses and records all other requests."""
    hosts = ",".join(urlsplit(origin).netloc for origin in origins)
    context = browser.new_context(
        viewport={"width": 1280, "height": 800},
        proxy={"server": egress_proxy.address, "bypass": f"<-loopback>,{hosts}"},
        service_workers="allow",
    )
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    try:
        yield context
    finally:
        with suppress(PlaywrightError):
            context.close()
