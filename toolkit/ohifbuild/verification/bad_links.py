"""Contradictory, forbidden and too long links; the viewer must refuse all of them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from ohifbuild.verification.evidence import Observation
from ohifbuild.verification.scenario_context import ScenarioContext

INVENTED = "data:application/json,%7B%22studies%22%3A%5B%5D%7D"
"""A JSON file by an attacker that describes studies."""

MANY = 2000
LONG = 100_000


def bad_links(context: ScenarioContext) -> Iterator[Observation]:
    """Each link must show the message that it is damaged, and send no request."""
    for key, title, link in links(context):
        yield context.message(key, title, ("bad-link",), context.address("viewer") + link, studies=())


def links(context: ScenarioContext) -> tuple[tuple[str, str, str], ...]:
    """Key, title and query (with the fragment) of each link."""
    main, pair, root = context.fixtures.main, context.fixtures.pair, context.settings.dicomweb_root
    (own, *_), other = main.studies, pair.studies[-1]
    token = f"{context.settings.token_param}={quote(main.token, safe='')}"
    studies = f"StudyInstanceUIDs={own}"
    file = quote(f"{root}/studies/{own}/metadata", safe="")
    return (
        ("two-files", "Two files, one beside the archive", f"?URL={file}&url={quote(INVENTED)}&{token}"),
        ("file-after-hash", "A file, and another one after the #", f"?url={quote(INVENTED)}&{token}#Url={file}"),
        ("file-and-studies", "A file and studies", f"?{studies}&url={file}&{token}"),
        ("file-of-study", "The study's metadata as a file", f"?url={file}&{token}"),
        ("file-patient", "A search by patient as a file", f"?url={_file(root, 'studies?PatientID=108506')}&{token}"),
        ("file-studies", "All studies as a file", f"?url={_file(root, 'studies')}&{token}"),
        ("file-instances", "All instances as a file", f"?url={_file(root, 'instances')}&{token}"),
        ("file-other-study", "Another study as a file", f"?url={_file(root, f'studies/{other}/metadata')}&{token}"),
        ("many-studies", "2,000 studies", f"?StudyInstanceUIDs={','.join(f'1.2.{n}' for n in range(MANY))}&{token}"),
        ("long-link", "100,000 characters after the #", f"?{studies}&{token}#{'x' * LONG}"),
        ("broken-uid", "Control characters and half a character", f"?{studies}%00%0D%0A,{own}%ED%A0%80&{token}"),
    )


def _file(root: str, target: str) -> str:
    return quote(f"{root}/{target}", safe="")
