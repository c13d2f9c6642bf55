"""Options about where a deployment is put: behind a proxy, beside others, at an IPv6 address."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from deployments import deployed
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import DeployUnsuitable
from ohifbuild.deploy import KINDS, DeployOptions, Kind, deploy

PROXY: dict[str, Any] = {"behind_proxy": ("10.0.0.5",), "host": "pacs.example"}


def refused(kind: Kind, tmp_path: Path, options: DeployOptions, **about: Any) -> list[str]:
    """The lines of the error; nothing is written."""
    with pytest.raises(DeployUnsuitable) as caught:
        deployed(kind, tmp_path, options, **about)
    assert not (tmp_path / "target").exists()
    return [line.strip() for line in caught.value.details.splitlines()]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {**PROXY, "behind_proxy": ("10.0.0.5", "proxy.example")},
            "behind-proxy: expected addresses .* 'proxy.example'",
        ),
        ({**PROXY, "behind_proxy": ("10.0.0.5/8",)}, "behind-proxy: expected addresses .* '10.0.0.5/8'"),
        ({**PROXY, "behind_proxy": ("10.0.0.5; }",)}, "behind-proxy: expected addresses"),
        ({**PROXY, "behind_proxy": ("",)}, "behind-proxy: expected addresses"),
        ({**PROXY, "behind_proxy": ("fe80::1%eth0;x",)}, "behind-proxy: expected addresses"),
        ({**PROXY, "behind_proxy": ("0.0.0.0/0",)}, "behind-proxy: 0.0.0.0/0 is every client"),
        ({**PROXY, "behind_proxy": ("::/0",)}, "behind-proxy: ::/0 is every client"),
        ({**PROXY, "certificate": "/c.pem", "key": "/k.pem"}, "behind-proxy: excludes certificate"),
        ({**PROXY, "tls_port": 8443}, "behind-proxy: excludes certificate and tls-port"),
        ({"behind_proxy": ("10.0.0.5",)}, "public-origin: expected with behind-proxy"),
        ({**PROXY, "public_origin": "https://pacs.example/ohif"}, "public-origin: expected an origin"),
        ({**PROXY, "public_origin": "pacs.example"}, "public-origin: expected an origin"),
        ({**PROXY, "public_origin": "https://user@pacs.example"}, "public-origin: expected an origin"),
        ({**PROXY, "public_origin": 'https://pacs.example";'}, "public-origin: expected an origin"),
        ({"public_origin": "https://pacs.example"}, "public-origin: has no effect without behind-proxy"),
        ({"prefix_stripped": "/ohif"}, "prefix-stripped: has no effect without behind-proxy"),
        ({**PROXY, "prefix_stripped": "/pacs"}, "prefix-stripped: /ohif/ is not below /pacs"),
        ({**PROXY, "prefix_stripped": "/ohif"}, "prefix-stripped: /dicom-web is not below /ohif"),
        ({**PROXY, "prefix_stripped": "/pacs/"}, "prefix-stripped: expected a path"),
        ({**PROXY, "prefix_stripped": "pacs"}, "prefix-stripped: expected a path"),
        ({"name": "a b"}, "name: expected letters"),
        ({"name": "../x"}, "name: expected letters"),
        ({"host": "[::1"}, "host: expected a host name"),
        ({"host": "[:::1]"}, "host: expected a host name"),
    ],
)
def test_invalid_and_contradictory_places_are_refused(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    assert [line for line in refused("nginx", tmp_path, DeployOptions(**options)) if re.match(words, line)]


def test_an_ipv6_host_is_refused_where_orthanc_itself_would_listen(tmp_path: Path) -> None:
    (line,) = refused("orthanc", tmp_path, DeployOptions(host="[::1]"))
    assert line.startswith("host: Orthanc 1.10.1 listens at IPv4")
    assert deployed("orthanc", tmp_path, DeployOptions(host="[::1]", certificate="/c.pem", key="/k.pem"))


def test_options_about_places_without_effect_are_refused(tmp_path: Path) -> None:
    options = DeployOptions(**PROXY, prefix_stripped="/pacs", name="clinic")
    about = {"public_url": "/pacs/ohif/", "root": "/pacs/dicom-web"}
    found = {}
    for kind in ("orthanc", "orthanc-ohif", "compose"):
        lines = refused(kind, tmp_path, options, **about)
        found[kind] = [line.partition(":")[0] for line in lines if "has no effect" in line]
    assert found == {
        "orthanc": ["name", "prefix-stripped"],
        "orthanc-ohif": ["name", "prefix-stripped"],
        "compose": ["name"],
    }


@pytest.mark.parametrize("kind", KINDS)
def test_links_begin_with_the_public_origin(tmp_path: Path, kind: Kind) -> None:
    options = DeployOptions(**PROXY, public_origin="https://viewer.example:8443")
    target = deployed(kind, tmp_path, options)
    texts = {path.name: path.read_text() for path in target.rglob("*") if path.is_file()}
    named = {"compose": "compose.yaml", "static": "apache.conf", "kubernetes": "viewer.conf"}.get(kind, "link.json")
    assert "viewer.example:8443" in texts[named]


def test_behind_a_proxy_orthanc_alone_believes_no_header_and_answers_a_local_proxy_only(tmp_path: Path) -> None:
    remote = json.loads((deployed("orthanc", tmp_path, DeployOptions(**PROXY)) / "orthanc/orthanc.json").read_text())
    local = DeployOptions(host="pacs.example", behind_proxy=("127.0.0.1", "::1"))
    near = json.loads((deployed("orthanc", tmp_path, local) / "orthanc/orthanc.json").read_text())
    assert (near["DicomWeb"]["Host"], near["DicomWeb"]["Ssl"]) == ("pacs.example", True)
    assert (remote["RemoteAccessAllowed"], near["RemoteAccessAllowed"]) == (True, False)


SHARED = re.compile(
    r"(?:^log_format|^map \S+|^map \"[^\"]+\"|^upstream|^geo \S+|ssl_session_cache) (\S+)", re.MULTILINE
)


def test_no_name_that_all_sites_of_nginx_share_is_in_two_deployments(tmp_path: Path) -> None:
    names: list[str] = []
    for options in (
        DeployOptions(),
        DeployOptions(port=8081),
        DeployOptions(host="a.example"),
        DeployOptions(host="b.example", certificate="/c.pem", key="/k.pem"),
        DeployOptions(host="b.example", tls_port=8443, certificate="/c.pem", key="/k.pem"),
        DeployOptions(host="[2001:db8::1]"),
        DeployOptions(host="b.example", name="second"),
        DeployOptions(host="c.example", behind_proxy=("10.0.0.5",)),
    ):
        conf = (deployed("nginx", tmp_path, options) / "nginx/viewer.conf").read_text()
        names += SHARED.findall(conf)
        assert not set(re.findall(r"\$ohifbuild\w*", conf)) - set(SHARED.findall(conf))
    assert len(names) > 50
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", ["nginx", "static"])
def test_the_steps_of_two_deployments_name_different_files(tmp_path: Path, kind: Kind) -> None:
    steps = []
    for host in ("a.example", "b.example"):
        deployed(kind, tmp_path, DeployOptions(host=host))
        done = deploy(kind, tmp_path / "dist", tmp_path / "target", DeployOptions(host=host), SilentReporter())
        steps += [set(re.findall(r"(?<=[ /])/?etc/\S+\.example\S*", step)) for step in done.steps]
    named = [name for each in steps for name in each]
    assert named
    assert len(set(named)) == len(named)


def test_every_server_listens_at_ipv6_too(tmp_path: Path) -> None:
    options = DeployOptions(certificate="/c.pem", key="/k.pem")
    conf = (deployed("nginx", tmp_path, options) / "nginx/viewer.conf").read_text()
    stunnel = (deployed("orthanc", tmp_path, options) / "stunnel/viewer.conf").read_text()
    assert re.findall(r"listen (\S+?);?(?: |\n)", conf) == ["80", "[::]:80", "443", "[::]:443"]
    assert "accept = :::443" in stunnel


def test_an_ipv6_host_is_in_links_and_a_name(tmp_path: Path) -> None:
    target = deployed("nginx", tmp_path, DeployOptions(host="[2001:db8::1]", archive="http://[::1]:8042"))
    conf = (target / "nginx/viewer.conf").read_text()
    assert "http://[2001:db8::1]/ohif/viewer" in (target / "orthanc/link.json").read_text()
    assert "server_name [2001:db8::1];" in conf
    assert "server [::1]:8042;" in conf
    assert "/2001-db8-1.access.log ohifbuild_2001_db8_1;" in conf
