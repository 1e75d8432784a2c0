"""`nightcrew notify`: try the channels, and see what was told, to whom, and what waits."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from policies.delivery import Delivery

app = typer.Typer(help="Try the channels of [notify]; list what was told and what waits.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
HEADINGS = ["made", "channel", "kind", "state", "due or sent", "tries", "title", "why"]
NO_CHANNEL = (
    "nobody is told: no channel is configured; write notify.urls into nightcrew.toml, as in "
    '[notify] urls = ["ntfy://ntfy.example.org/my-topic"]'
)


@app.callback(invoke_without_command=True)
def notify(context: typer.Context, as_json: AsJson = False) -> None:
    """List what people were told lately, and what waits; `test` tries each channel."""
    if context.invoked_subcommand is None:
        list_deliveries(as_json=as_json)


@app.command("test")
def test_channels(as_json: AsJson = False) -> None:
    """Send a test message to each channel, now; exit 1 where one does not work."""
    from flows.cli.common import open_desk
    from flows.cli.console import document, errors_told, note
    from flows.outgoing import outbox_of
    from loop.errors import NightcrewError
    from policies.delivery import DeliveryState
    from policies.notice_text import of_test

    with errors_told():
        desk, problems = open_desk(os.environ, Path.cwd()), list[str]()
        outbox = outbox_of(desk.settings, desk.store, os.environ, problems.append)
        if not outbox.channels and not problems:
            raise NightcrewError(NO_CHANNEL)
        sent = outbox.send_now(of_test(outbox.now()))
        if as_json:
            document([each.to_json() for each in sent])
        for each in [] if as_json else sent:
            note(f"{each.channel}: {each.why or 'sent'}")
        for problem in dict.fromkeys(problems):
            note(problem)
        is_well = not problems and all(each.state is DeliveryState.SENT for each in sent)
        raise typer.Exit(0 if is_well else 1)


@app.command("list")
def list_deliveries(
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what people were told, and what waits or was given up, newest first."""
    from flows.cli.common import open_store
    from flows.cli.console import document, errors_told, note, table

    with errors_told():
        found = open_store(os.environ, Path.cwd()).deliveries(limit=limit)
        if as_json:
            document([each.to_json() for each in found])
        elif found:
            table(HEADINGS, [row(each) for each in found])
        else:
            note("nobody was told anything yet")


def row(each: Delivery) -> list[str]:
    """Give the delivery's row under HEADINGS."""
    from flows.cli.words import moment
    from policies.delivery import DeliveryState

    is_waiting = each.state is DeliveryState.WAITING
    return [
        moment(each.notice.at),
        each.channel,
        each.notice.kind.value.replace("_", " "),
        each.state.value.replace("_", " "),
        moment(each.due if is_waiting else each.sent),
        str(each.tries),
        each.notice.title,
        each.why,
    ]
