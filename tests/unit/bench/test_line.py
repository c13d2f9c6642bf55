"""What passes a slow line, and when; with made-up times."""

from __future__ import annotations

import socket
import socketserver
import threading

from visits.line import CASES, MINOR, Line, pairs_of
from visits.schedule import FIRST_WINDOW, SEGMENT, Direction, Window
from visits.throttle import throttled


def test_bytes_of_all_connections_leave_one_after_another() -> None:
    direction = Direction(1000)
    assert direction.reserve(500, now=10.0) == 10.5
    assert direction.reserve(500, now=10.1) == 11.0


def test_an_idle_line_saves_up_nothing() -> None:
    direction = Direction(1000)
    direction.reserve(500, now=0.0)
    assert direction.reserve(500, now=100.0) == 100.5


def test_a_new_connection_sends_ten_segments_and_then_waits_for_an_acknowledgement() -> None:
    window = Window(round_trip=0.1)
    for _ in range(10):
        assert window.opens(SEGMENT, now=0.0) == 0.0
        window.sent(SEGMENT, departure=0.0)
    assert window.opens(SEGMENT, now=0.0) == 0.1


def test_a_window_doubles_with_each_round_trip() -> None:
    window = Window(round_trip=0.1)
    window.sent(FIRST_WINDOW, departure=0.0)
    assert window.opens(2 * FIRST_WINDOW, now=0.1) == 0.1
    window.sent(2 * FIRST_WINDOW, departure=0.1)
    assert window.opens(1, now=0.15) == 0.2


def test_a_line_without_a_limit_is_the_server_itself() -> None:
    with throttled(Line(), "http://127.0.0.1:9") as origin:
        assert origin == "http://127.0.0.1:9"


def test_bytes_pass_a_line_unchanged_in_both_directions() -> None:
    class Echo(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(self.rfile.read()[::-1])

    sent = bytes(range(256)) * 1000
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with (
            throttled(Line(10_000, 0.001), f"http://127.0.0.1:{server.server_address[1]}") as origin,
            socket.create_connection(("127.0.0.1", int(origin.rpartition(":")[2])), timeout=10) as connection,
        ):
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        server.shutdown()
    assert received == sent[::-1]


def test_every_line_is_measured_with_a_fast_and_a_slow_archive() -> None:
    assert len({case.key for case in CASES}) == 6
    assert {case.metadata for case in CASES} == {0.0, 2.0}


def test_minor_cases_get_fewer_pairs_and_never_more() -> None:
    counts = {case.key: pairs_of(case, pairs=10, few_pairs=3) for case in CASES}
    assert {key for key, count in counts.items() if count == 3} == MINOR
    assert {pairs_of(case, pairs=1, few_pairs=3) for case in CASES} == {1}
