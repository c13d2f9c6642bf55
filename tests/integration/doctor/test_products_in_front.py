"""HAProxy, nginx and Caddy in front of a deployment, each configured in a way that breaks it: doctor says how."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from ohifbuild.contract.settings import Settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.processes import running
from ohifbuild.deploy import DeployOptions, deploy
from ohifbuild.doctor import Report, examine_deployment
from ohifbuild.orthanc.admin_client import free_port
from ohifbuild.verification.dataset.contents import DOCUMENTS
from servers import await_port, nginx_running
from system import installed
from web_servers import apache_running, caddy_running, drained, haproxy_running

HAPROXY = """
defaults
  mode {mode}
  timeout connect 5s
  timeout client 20s
  timeout server 20s
frontend browsers
  bind 127.0.0.1:{port} {tls}
  {rule}
  default_backend viewer
backend viewer
  server one 127.0.0.1:{behind}
"""
TLS = "ssl crt {folder}/tls.pem alpn h2,http/1.1"

NGINX = """
proxy_cache_path {folder}/cache keys_zone=answers:1m;
server {{
  listen {port};
  location / {{
    proxy_pass http://127.0.0.1:{behind};
    {line}
  }}
}}
"""

CADDY = """
{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  reverse_proxy 127.0.0.1:{behind} {{
    {line}
  }}
}}
"""


@contextmanager
def haproxy(folder: Path, behind: int, *, mode: str = "http", tls: str = "", rule: str = "") -> Iterator[int]:
    """Runs HAProxy before a port; yields its own."""
    port, conf = free_port(0), folder / "haproxy.cfg"
    conf.write_text(HAPROXY.format(port=port, behind=behind, mode=mode, tls=tls.format(folder=folder), rule=rule))
    with haproxy_running(folder, conf, port):
        yield port


@contextmanager
def nginx(folder: Path, behind: int, line: str) -> Iterator[int]:
    """Runs an nginx before a port; yields its own. It passes the host on unless the line names another."""
    port, conf = free_port(0), folder / "front.conf"
    lines = line if "Host" in line else f"proxy_set_header Host $http_host; {line}"
    conf.write_text(NGINX.format(port=port, behind=behind, line=lines, folder=folder))
    with nginx_running(conf, folder / "front", port):
        yield port


@contextmanager
def caddy(folder: Path, behind: int, line: str) -> Iterator[int]:
    """Runs Caddy before a port; yields its own."""
    port, conf = free_port(0), folder / "Caddyfile"
    conf.write_text(CADDY.format(port=port, behind=behind, line=line))
    program = installed("caddy", "caddy")
    with running([program, "run", "--adapter", "caddyfile", "--config", conf]) as child, drained(child):
        await_port("127.0.0.1", port, lambda: child.poll() is None)
        yield port


def first(report: Report) -> tuple[str, str]:
    """The first finding that is not right: its name, and all it says."""
    found = report.findings[0]
    return found.check, f"{found.found} {found.change}"


def certified(folder: Path, authority: trustme.CA) -> None:
    """Writes a certificate with its key for HAProxy."""
    leaf = authority.issue_cert("127.0.0.1")
    (folder / "tls.pem").write_bytes(leaf.private_key_and_cert_chain_pem.bytes())


def test_tls_that_ends_at_haproxy_before_the_deployed_nginx_and_the_remedy(
    maker: Any, archive: Any, authority: Any
) -> None:
    certified(maker.folder, authority)
    rule = "http-request set-header X-Forwarded-Proto https"
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        with haproxy(maker.folder, made.port, tls=TLS, rule=rule) as port:
            public = f"https://127.0.0.1:{port}"
            with maker.served(made) as link:
                found, said = first(examine_deployment(link.replace(made.origin, public)))
            assert found == "bulk-urls"
            assert "TLS ends at a proxy" in said
            assert f"--behind-proxy ADDRESS --public-origin {public}" in said
            assert made.has_already(found, said) == []
            options = {"port": made.port, "behind_proxy": ("127.0.0.1",), "public_origin": public}
            made = maker.deployment(origin, options_of_deploy=options)
            with maker.served(made) as link:
                report = examine_deployment(link.replace(made.origin, public))
    assert [finding for finding in report.findings if finding.state != "right"] == []


def test_a_prefix_that_haproxy_takes_off_and_the_remedy(maker: Any, archive: Any) -> None:
    settings: dict[str, Any] = {"public_url": "/pacs/", "roots": ("/pacs/dicom-web",)}
    rule = r"http-request replace-path /pacs(/.*) \1"
    with archive(Settings(**settings)) as origin:
        made = maker.deployment(origin, **settings)
        with haproxy(maker.folder, made.port, rule=rule) as port:
            public = f"http://127.0.0.1:{port}"
            with maker.served(made) as link:
                found, said = first(examine_deployment(link.replace(made.origin, public)))
            assert found == "page"
            assert "a proxy takes /pacs off" in said
            assert f"--behind-proxy ADDRESS --public-origin {public} --prefix-stripped /pacs" in said
            proxy = {"behind_proxy": ("127.0.0.1",), "public_origin": public, "prefix_stripped": "/pacs"}
            made = maker.deployment(origin, options_of_deploy={"port": made.port, **proxy}, **settings)
            with maker.served(made) as link:
                report = examine_deployment(link.replace(made.origin, public))
    assert [finding for finding in report.findings if finding.state != "right"] == []


def test_haproxy_that_promises_http2_before_a_server_without_it(maker: Any, archive: Any, authority: Any) -> None:
    certified(maker.folder, authority)
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        with maker.served(made) as link, haproxy(maker.folder, made.port, mode="tcp", tls=TLS) as port:
            found, said = first(examine_deployment(link.replace(made.origin, f"https://127.0.0.1:{port}")))
    assert found == "http2"
    assert "does not speak it" in said
    assert "HAProxy: mode http" in said
    assert made.has_already(found, said) == []


def test_a_login_of_the_archive_that_the_deployed_nginx_hides_from_browsers(maker: Any) -> None:
    rule = """http-request return status 401 hdr www-authenticate 'Basic realm="Orthanc Secure Area"'"""
    with haproxy(maker.folder, 9, rule=rule) as port:
        made = maker.deployment(f"http://127.0.0.1:{port}")
        with maker.served(made) as link:
            report = examine_deployment(link)
    found, said = first(report)
    assert found == "archive"
    assert "requires a login of its own, also with the token" in said
    assert "Try a new link first" in said
    assert '"AuthenticationEnabled": false' in said
    assert {finding.because for finding in report.wrong[1:]} == {"archive"}


def test_a_server_that_listens_to_ipv4_only(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        with maker.served(made) as link, haproxy(maker.folder, made.port) as port:
            found, said = first(examine_deployment(link.replace(made.origin, f"http://[::1]:{port}")))
    assert found == "address"
    assert "but 127.0.0.1 answers there" in said
    assert f"listen [::]:{port};" in said


@pytest.mark.parametrize(
    ("line", "check", "words"),
    [
        ("", "token-length", "large_client_header_buffers 4 32k;"),
        (
            "proxy_cache answers; proxy_cache_valid 200 1m; proxy_ignore_headers Cache-Control;",
            "shared-cache",
            "proxy_cache off;",
        ),
        ('proxy_set_header token "";', "token-header", "no line that empties it"),
        ("proxy_set_header token fixed;", "token-header", "a proxy adds one of its own"),
        ("proxy_set_header Host pacs.internal;", "bulk-urls", "proxy_set_header Host $http_host;"),
        ("proxy_set_header Host $host;", "bulk-urls", "does not pass the port on"),
        ("proxy_hide_header Content-Type;", "page", "include mime.types;"),
    ],
)
def test_one_line_of_an_nginx_in_front(maker: Any, archive: Any, line: str, check: str, words: str) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        with maker.served(made) as link, nginx(maker.folder, made.port, line) as port:
            found, said = first(examine_deployment(link.replace(made.origin, f"http://127.0.0.1:{port}")))
    assert found == check
    assert words in said


def test_a_token_that_is_longer_than_an_nginx_in_front_accepts(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        with maker.served(made), nginx(maker.folder, made.port, "") as port:
            link = made.link().replace("&", "#").partition("token=")[0] + f"token={'t' * 8190}"
            found, said = first(examine_deployment(link.replace(made.origin, f"http://127.0.0.1:{port}")))
    assert found == "token-header"
    assert "a token of 8190 characters in token as too long (400)" in said
    assert "large_client_header_buffers 4 32k;" in said


def test_caddy_that_passes_its_own_host_on(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        line = "header_up Host {upstream_hostport}"
        with maker.served(made) as link, caddy(maker.folder, made.port, line) as port:
            found, said = first(examine_deployment(link.replace(made.origin, f"http://127.0.0.1:{port}")))
    assert found == "bulk-urls"
    assert f"The archive writes URLs at {made.origin}/dicom-web" in said


@pytest.mark.parametrize(("server", "conf"), [(apache_running, "apache.conf"), (caddy_running, "site.caddy")])
def test_deployed_apache_and_caddy_have_no_finding_and_pass_the_longest_token(
    archive: Any, a_dist: Any, server: Any, conf: str
) -> None:
    port = free_port(0)
    # Apache reads as another user than the one who runs the tests.
    with tempfile.TemporaryDirectory() as name, archive(Settings()) as origin:
        folder = Path(name)
        folder.chmod(0o755)
        dist = a_dist(folder / "dist", Settings())
        deploy("static", dist, folder / "viewer", DeployOptions(port=port, archive=origin), SilentReporter())
        with server(folder, folder / "viewer" / conf, port):
            report = examine_deployment(
                f"http://127.0.0.1:{port}/viewer?StudyInstanceUIDs={DOCUMENTS.uid}&token=the-token-of-this-link"
            )
    assert [finding for finding in report.findings if finding.state != "right"] == []
    assert "passes" in next(finding.found for finding in report.findings if finding.check == "token-length")
