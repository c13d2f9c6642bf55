"""Deployments that ``deploy`` writes, in a real nginx with an archive that requires tokens; tests break them."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from ohifbuild.contract.answers import Retry
from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.deploy import DeployOptions, deploy
from ohifbuild.doctor import archive_client
from ohifbuild.orthanc.admin_client import free_port
from ohifbuild.server.headers import page_policy
from ohifbuild.verification.dataset import write_dataset
from ohifbuild.verification.dataset.contents import DOCUMENTS
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.viewer_site import site
from ohifbuild.viewer.manifest import Manifest, hash_tree
from servers import nginx_running

TOKEN = "the-token-of-this-link"
OF_THE_ARCHIVE = ("archive", "archive-caching", "bulk-urls", "methods", "token-header")
STUDY = DOCUMENTS.uid


def write_dist(dist: Path, settings: Settings) -> Path:
    """Writes a dist with a file of each type that browsers check."""
    url = settings.public_url
    values = {
        **{"tokenParam": settings.token_param, "tokenHeader": settings.token_header, "priors": settings.priors},
        **{"tokenScheme": settings.token_scheme, "roots": list(settings.roots), "publicUrl": url},
        **{"storage": settings.storage, "studyList": settings.study_list, "access": settings.access},
        "further": [
            {
                **{"name": source.name, "roots": list(source.roots), "access": source.access},
                **{"tokenHeader": source.token_header, "tokenScheme": source.token_scheme},
            }
            for source in settings.further
        ],
    }
    sources = [
        {"configuration": {"qidoRoot": source.roots[0], "wadoRoot": source.roots[-1]}} for source in settings.sources
    ]
    config = {"extensions": [f"{url}ohifbuild/0123456789ab/extension.js"], "dataSources": sources}
    scripts = "".join(
        f'<script src="{url}{name}"></script>'
        for name in ("app-config.js", "init-service-worker.js", "app.bundle.0123456789abcdef0123.js")
    )
    page = (
        '<meta name="referrer" content="no-referrer">'
        f'<script type="application/json" id="ohifbuild-settings">{json.dumps(values)}</script>'
        f'<script>window.early = 1;</script>{scripts}<link rel="stylesheet" href="{url}app.css">'
    )
    policy = page_policy(page, [root for root in settings.roots if "://" in root])
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    texts = {
        "index.html": f"<!doctype html><html><head>{meta}{page}</head></html>",
        "app-config.js": f"window.config = {json.dumps(config)};\n",
        "init-service-worker.js": "navigator.serviceWorker.getRegistrations().then(r=>r.forEach(e=>e.unregister()));",
        "app.bundle.0123456789abcdef0123.js": "console.log(1);\n" * 500,
        "late.0123456789abcdef0123.js": "console.log(2);\n" * 600,
        "ohifbuild/0123456789ab/extension.js": "export default 1;\n",
        "worker.mjs": "export {};\n",
        "0123456789abcdef0123.wasm": "wasm",
        "app.css": "body { margin: 0 }\n",
        "manifest.json": "{}\n",
    }
    for name, text in texts.items():
        path = dist / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    entry = dist / "app.bundle.0123456789abcdef0123.js"
    entry.with_name(entry.name + ".gz").write_bytes(gzip.compress(entry.read_bytes()))
    Manifest(hash_tree(dist), {"options": {}}).write(dist)
    return dist


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., AbstractContextManager[str]]:
    """Runs an archive that knows one token; yields its origin."""
    folder = tmp_path_factory.mktemp("dataset")
    write_dataset(folder)
    (tmp_path_factory.mktemp("nothing")).joinpath("index.html").touch()

    @contextmanager
    def started(
        settings: Settings, grant: Grant | None = None, *, enforce: bool = True, port: int = 0
    ) -> Iterator[str]:
        tokens = Tokens({TOKEN: grant or Grant(frozenset({STUDY}))})
        with site(folder, EmbeddedArchive(folder), tokens, settings=settings, enforce=enforce) as running:
            yield running.origin

    return started


@dataclass(frozen=True)
class Deployed:
    """A deployment that is about to be started: ``conf`` is nginx's configuration, ``www`` the viewer's folder."""

    conf: Path
    www: Path
    port: int
    origin: str
    settings: Settings

    def spoil(self, old: str, new: str) -> None:
        """Changes what stands in the configuration, which has to stand there."""
        text = self.conf.read_text()
        assert old in text
        self.conf.write_text(text.replace(old, new))

    def has_already(self, check: str, change: str) -> list[str]:
        """The lines of nginx that the remedy of a check names, and that stand already where they belong."""
        page, archive = re.split(r"location @\w+_redirected", self.conf.read_text(), maxsplit=1)
        there = archive if check in OF_THE_ARCHIVE else page
        lines = [line.strip() for text in re.findall(r"nginx: (.+)", change) for line in text.split(";")]
        return [line for line in lines if re.match(r"[a-z_]+ \S", line) and f"{line};" in there]

    def link(self, token: str = TOKEN, route: str = "viewer", study: str = STUDY) -> str:
        """A link to one study."""
        return f"{self.origin}{self.settings.public_url}{route}?StudyInstanceUIDs={study}&token={token}"


@dataclass
class Maker:
    """Writes deployments into one folder, and runs them."""

    folder: Path

    def deployment(
        self,
        archive: str,
        *,
        authority: trustme.LeafCert | None = None,
        options_of_deploy: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> Deployed:
        """A viewer with these settings before an archive; over https with a certificate."""
        told = replace(Settings(), **settings)
        dist = write_dist(self.folder / "dist", told)
        port, tls_port = free_port(0), free_port(0)
        options = DeployOptions(archive=archive, port=port, logs=str(self.folder), name="viewer")
        options = replace(options, **(options_of_deploy or {}))
        port, origin = options.port, f"http://127.0.0.1:{options.port}"
        if authority:
            certificate, key = self.folder / "certificate.pem", self.folder / "key.pem"
            authority.private_key_pem.write_to_path(key)
            certificate.write_bytes(b"".join(part.bytes() for part in authority.cert_chain_pems))
            options = replace(options, certificate=str(certificate), key=str(key), tls_port=tls_port)
            origin = f"https://127.0.0.1:{tls_port}"
        target = self.folder / "deployment"
        if "://" in told.roots[0]:  # nginx itself is not in the way to an archive elsewhere
            near = write_dist(dist, replace(told, roots=("/dicom-web",)))
            www = deploy("nginx", near, target, options, SilentReporter()).viewer
            write_dist(www, told)
        else:
            www = deploy("nginx", dist, target, options, SilentReporter()).viewer
        return Deployed(target / "nginx" / "viewer.conf", www, port, origin, read_settings(www))

    @contextmanager
    def served(self, deployed: Deployed) -> Iterator[str]:
        """Runs nginx with it; yields a good link."""
        with nginx_running(deployed.conf, self.folder / "nginx", deployed.port):
            yield deployed.link()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Doctor repeats requests as the page does, but without its pauses."""
    monkeypatch.setattr(archive_client, "retry", lambda: Retry((0.0, 0.0, 0.0), 0.0, 60.0))


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """An authority that this process trusts."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return made


@pytest.fixture(scope="session")
def a_dist() -> Callable[[Path, Settings], Path]:
    return write_dist
