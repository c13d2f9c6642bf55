"""The checks of a deployment: pure functions from evidence to a finding, each after those it depends on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ohifbuild.doctor.checks.archive import answers_as_archive, cross_origin, mixed_content
from ohifbuild.doctor.checks.archive_urls import bulk_urls
from ohifbuild.doctor.checks.authorization import token, token_header, token_length
from ohifbuild.doctor.checks.caching import caching, service_worker
from ohifbuild.doctor.checks.connection import addresses, http2
from ohifbuild.doctor.checks.dist_files import files, integrity, media_types, missing_file, stale
from ohifbuild.doctor.checks.images import bulk_data, image, metadata, video
from ohifbuild.doctor.checks.navigation import address, certificate, clock, redirects
from ohifbuild.doctor.checks.page import long_link, page, routes, secure_context
from ohifbuild.doctor.checks.policy import policy
from ohifbuild.doctor.checks.portal import portal
from ohifbuild.doctor.checks.protective_headers import embedding, isolation, referrer
from ohifbuild.doctor.checks.public_path import public_path
from ohifbuild.doctor.checks.refusals import everything, forged_token, priors, shared_cache, without_token
from ohifbuild.doctor.checks.same_origin import ambiguous_paths, cookies, methods, other_pages, stored
from ohifbuild.doctor.checks.share_link import archive_name, share_link
from ohifbuild.doctor.checks.study_row import modality, names
from ohifbuild.doctor.findings import Finding
from ohifbuild.doctor.observations import Evidence

CHECKS: tuple[Callable[[Evidence], Finding], ...] = (
    share_link,
    clock,
    address,
    addresses,
    certificate,
    http2,
    redirects,
    long_link,
    routes,
    page,
    secure_context,
    public_path,
    archive_name,
    files,
    stale,
    integrity,
    media_types,
    isolation,
    policy,
    caching,
    service_worker,
    missing_file,
    other_pages,
    embedding,
    portal,
    referrer,
    mixed_content,
    answers_as_archive,
    cross_origin,
    token_header,
    token_length,
    token,
    names,
    modality,
    metadata,
    bulk_urls,
    bulk_data,
    image,
    video,
    stored,
    cookies,
    shared_cache,
    without_token,
    forged_token,
    priors,
    everything,
    methods,
    ambiguous_paths,
)

CAUSES: Mapping[str, Sequence[str]] = {
    "certificate": ("clock",),
    "redirects": ("address",),
    "page": ("address", "redirects", "long-link", "routes"),
    "archive-name": ("public-path",),
    "isolation": ("secure-context",),
    "files": ("public-path", "stale"),
    "integrity": ("public-path", "files", "stale"),
    "media-types": ("public-path", "files", "integrity"),
    "archive": ("address", "public-path"),
    "cross-origin": ("mixed-content", "archive"),
    "token-header": ("archive",),
    "token": ("clock", "archive", "token-header", "forged-token"),
    "metadata": ("token",),
    "image": ("metadata",),
    "video": ("metadata",),
    "bulk-data": ("metadata",),
    "forged-token": ("without-token",),
    "methods": ("without-token",),
    "priors": ("without-token", "forged-token"),
    "everything": ("without-token", "forged-token"),
}
"""For a check, the checks whose failure explains its own, the nearest first."""
