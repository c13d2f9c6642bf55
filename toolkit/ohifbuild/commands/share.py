"""``ohifbuild share``: make, list or revoke links."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ohifbuild import shares
from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.core.counts import counted, times
from ohifbuild.orthanc.shipped import share_file
from ohifbuild.shares import Opened, qr_code
from ohifbuild.shares.auth_tokens import refuse
from ohifbuild.shares.deployed import deployment_at
from ohifbuild.shares.expiry import expiry
from ohifbuild.shares.mail import LANGUAGES, mail

DAYS = "7d"
TERMINAL = "-"

deployment_option = click.option(
    "--deployment",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The folder that ohifbuild deploy wrote (default: this folder).",
)
auth_service_option = click.option(
    "--auth-service", "service", is_flag=True, help="Use the orthanc-auth-service that the token filter asks."
)
expires_option = click.option(
    "--expires", metavar="WHEN", default=DAYS, show_default=True, help="12h, 7d, 2w, or a date such as 2026-12-24."
)


@click.group("share")
def command() -> None:
    """Make, list or revoke links to studies.

    Run it on the server of the deployment, as root or as Orthanc's user. The token file
    keeps only the SHA-256 of each token, so a link is shown once, when it is made.

    \b
    Examples:
      ohifbuild share add 1.2.840.113619.2.1 --expires 7d --note "for Dr Ray"
      ohifbuild share list
    """


@command.command("add")
@click.argument("studies", metavar="STUDY...", nargs=-1, required=True)
@deployment_option
@expires_option
@click.option("--note", default="", help="For whom the link is, for lists and the access log.")
@click.option("--format", "form", type=click.Choice(("link", "mail")), default="link", help="One line, or a mail.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="The mail's language.")
@click.option("--qr", metavar="FILE", help="Also write a QR code: a .png or .svg file, or - for the terminal.")
@auth_service_option
@with_command_context
def add(
    context: CommandContext,
    /,
    studies: tuple[str, ...],
    folder: Path,
    expires: str,
    note: str,
    form: str,
    language: str,
    qr: str | None,
    service: bool,
) -> None:
    """Make a link to studies, and show it once.

    STUDY is a Study Instance UID; several share one link. Orthanc must have each of them.

    \b
    Example:
      ohifbuild share add 1.2.840.113619.2.1 --format mail --language de
    """
    wanted = shares.checked_studies(studies)
    until = expiry(expires, datetime.now().astimezone())
    deployment = deployment_at(folder)
    if qr and not service:
        qr_code.check_length(shares.longest_link(deployment, wanted))
    file = qr_code.new_file(Path(qr)) if qr and qr != TERMINAL else nullcontext()
    with file as picture:
        made = shares.add(deployment, wanted, until, note, service=service)
        if picture:
            qr_code.write(made.link, picture)
    message = mail(made.link, until, language)
    context.result(
        {
            "id": made.id,
            "link": made.link,
            "studies": list(wanted),
            "note": note.strip(),
            "expires": until.astimezone(UTC).isoformat(timespec="seconds"),
            "mail": {"subject": message.subject, "text": message.text},
        }
    )
    if not context.as_json:
        click.echo(str(message) if form == "mail" else made.link)
        if qr == TERMINAL:
            click.echo(qr_code.as_text(made.link))
    named = f"Share {made.id}" if made.id else "The token of the orthanc-auth-service"
    context.reporter.say(f"{named} expires on {until:%Y-%m-%d at %H:%M}. The link is not shown again.")
    if picture:
        context.reporter.say(f"The QR code is in {picture}. Whoever sees it can open the link.")


@command.command("list")
@deployment_option
@auth_service_option
@with_command_context
def list_command(context: CommandContext, /, folder: Path, service: bool) -> None:
    """List the shares, and when each was last opened.

    Expired shares are listed for 30 days. Who opened what comes from the access log.

    \b
    Example:
      ohifbuild share list --deployment /srv/viewer
    """
    if service:
        raise refuse("list")
    deployment = deployment_at(folder)
    found = shares.listed(deployment)
    context.result([_document(share, opened) for share, opened in found])
    if context.as_json:
        return
    for share, opened in found:
        click.echo(_paragraph(share, opened))
    if not found:
        context.reporter.say("There are no shares.")
    if deployment.auth_service:
        context.reporter.say("Links of the orthanc-auth-service are not listed: it keeps no list of them.")


@command.command("extend")
@click.argument("share_id", metavar="ID")
@deployment_option
@expires_option
@auth_service_option
@with_command_context
def extend(context: CommandContext, /, share_id: str, folder: Path, expires: str, service: bool) -> None:
    """Change when a share expires.

    ID is what share list shows; the first characters are enough if no other id has them.

    \b
    Example:
      ohifbuild share extend 1f2e --expires 2w
    """
    if service:
        raise refuse("extend")
    until = expiry(expires, datetime.now().astimezone())
    share = shares.extend(deployment_at(folder), share_id, until)
    context.result(_document(share))
    context.reporter.say(f"Share {share.id} expires on {until:%Y-%m-%d at %H:%M}.")


@command.command("revoke")
@click.argument("share_id", metavar="ID")
@deployment_option
@auth_service_option
@with_command_context
def revoke(context: CommandContext, /, share_id: str, folder: Path, service: bool) -> None:
    """Withdraw a share; its link opens nothing more.

    It ends with the next request. Images that a browser has already received stay there.

    \b
    Example:
      ohifbuild share revoke 1f2e
    """
    if service:
        raise refuse("revoke")
    share = shares.revoke(deployment_at(folder), share_id)
    context.result(_document(share))
    context.reporter.say(f"Share {share.id} is revoked.")


@command.command("qr")
@click.option("--output", type=click.Path(path_type=Path), help="A .png or .svg file (default: the terminal).")
@with_command_context
def qr_command(context: CommandContext, /, output: Path | None) -> None:
    """Make a QR code of a link on standard input.

    The link is not an argument, because every user of the machine can read those.

    \b
    Example:
      ohifbuild share qr --output link.svg
    """
    link = sys.stdin.read(qr_code.LONGEST + 2).strip()
    qr_code.check_link(link)
    if output is None:
        text = qr_code.as_text(link)
        context.result({"text": text})
        if not context.as_json:
            click.echo(text)
        return
    with qr_code.new_file(output):
        qr_code.write(link, output)
    context.result({"file": str(output)})
    context.reporter.say(f"The QR code is in {output}. Whoever sees it can open the link.")


def _document(share: share_file.Share, opened: Opened | None = None) -> dict[str, Any]:
    document = {
        "id": share.id,
        "note": share.note,
        "studies": list(share.studies),
        "created": _iso(share.created),
        "expires": _iso(share.expires),
        "expired": _expired(share),
    }
    if opened is None:
        return document
    return document | {
        "last_opened": opened.last or None,
        "times_opened": opened.times,
        "frames": opened.frames,
        "refused": opened.refused,
    }


def _paragraph(share: share_file.Share, opened: Opened) -> str:
    """A share for a person, in three lines that fit a narrow terminal."""
    more = f" and {len(share.studies) - 1} more" if len(share.studies) > 1 else ""
    ends = "never expires" if share.expires is None else f"expires {_local(share.expires)}"
    if _expired(share):
        ends = f"expired {_local(share.expires)}"
    used = "never opened"
    if opened.last:
        last = datetime.fromisoformat(opened.last).timestamp()
        used = f"opened {times(opened.times)}, last {_local(last)}, {counted(opened.frames, 'image')}"
    lines = (share_file.printable(share.note), (*share.studies, "no study")[0] + more, f"{ends}; {used}")
    indent = f"\n{' ' * (len(share.id) + 2)}"
    return f"{share.id}  {indent.join(filter(None, lines))}"


def _expired(share: share_file.Share) -> bool:
    return share.expires is not None and share.expires <= datetime.now(UTC).timestamp()


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _local(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
