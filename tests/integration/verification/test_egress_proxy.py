"""What tries to leave the site ends at the border, and is written down."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from ohifbuild.verification.egress_proxy import egress_proxy


def test_every_request_is_refused_and_recorded() -> None:
    with egress_proxy() as edge:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": edge.address, "https": edge.address}))
        for url in ("http://one.example/x?y=1", "https://two.example/"):
            with pytest.raises(urllib.error.URLError):
                opener.open(url, timeout=5)
        assert edge.attempts() == ("GET http://one.example/x?y=1", "CONNECT two.example:443")
        assert edge.attempts(1) == ("CONNECT two.example:443",)
