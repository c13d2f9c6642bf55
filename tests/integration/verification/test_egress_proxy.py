"""The egress proxy refuses and records every request."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from ohifbuild.verification.egress_proxy import egress_proxy


def test_every_request_is_refused_and_recorded() -> None:
    with egress_proxy() as proxy:
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({"http": proxy.address, "https": proxy.address})
        )
        for url in ("http://one.example/x?y=1", "https://two.example/"):
            with pytest.raises(urllib.error.URLError):
                opener.open(url, timeout=60)
        assert proxy.attempts() == ("GET http://one.example/x?y=1", "CONNECT two.example:443")
        assert proxy.attempts(1) == ("CONNECT two.example:443",)
