"""The group of commands, each imported only when it is asked for, so that each starts quickly."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import click

from api.cli.refusals import exit_code
from api.cli.session import LANGUAGES, Session

INTERRUPTED = 130
"""The exit code after Ctrl-C, as of any program that dies of SIGINT."""

_COMMANDS = {
    "up": "api.cli.up",
    "migrate": "api.cli.processes",
    "serve": "api.cli.processes",
    "project": "api.cli.processes",
    "tick": "api.cli.processes",
    "work": "api.cli.processes",
    "sign": "api.cli.processes",
    "backlog": "api.cli.backlog",
    "forecast": "api.cli.forecast",
    "channels": "api.cli.channels",
    "contacts-ahead": "api.cli.contacts_ahead",
    "simulate": "api.cli.simulate",
    "rebuild": "api.cli.operations",
    "parked": "api.cli.operations",
    "config": "api.cli.operations",
    "token": "api.cli.people",
    "rep": "api.cli.people",
    "policy": "api.cli.policies",
    "customer": "api.cli.past",
    "diff": "api.cli.past",
    "why": "api.cli.why",
    "what-if": "api.cli.what_if",
    "due": "api.cli.care",
    "contact": "api.cli.care",
    "complaint": "api.cli.complaints",
    "task": "api.cli.tasks",
    "contract": "api.cli.contracts",
    "intake": "api.cli.intake",
    "pool": "api.cli.pool",
    "history": "api.cli.care",
    "greeting": "api.cli.greetings",
    "care": "api.cli.greetings",
    "campaign": "api.cli.campaigns",
    "activity": "api.cli.activities",
    "demo": "api.cli.demo",
    "import": "api.cli.imports",
    "export": "api.cli.exports",
    "audit": "api.cli.audit",
    "backup": "api.cli.backups",
    "restore": "api.cli.backups",
    "reconcile": "api.cli.backups",
    "keys": "api.cli.backups",
    "erase": "api.cli.erasures",
    "hold": "api.cli.erasures",
}
"""Every command and the module that holds it, as `<name>_command`, `_` for any hyphen."""


class _Commands(click.Group):
    """Knows all commands by name, imports the one that runs, and says why one is refused."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order people need them."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, None when there is none of that name."""
        del ctx
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = getattr(
            import_module(module), f"{cmd_name.replace('-', '_')}_command"
        )
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take --json wherever it stands, as people put it last."""
        typed = args[: args.index("--")] if "--" in args else args
        if "--json" in typed:
            rest = [word for word in typed if word != "--json"] + args[len(typed) :]
            args = ["--json", *rest]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a refusal becomes a sentence and an exit code, no failure is hidden."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except Exception as error:
            status = exit_code(error)
            if status is None:
                raise
            session = ctx.find_object(Session)
            if session is None:
                raise
            session.answers.refuse(error)
            ctx.exit(status)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, one document.")
@click.option("--as", "login", metavar="LOGIN", help="Act as this representative.")
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    help="The language of what people read; by default that of LANG.",
)
@click.pass_context
def kezhi(ctx: click.Context, as_json: bool, login: str | None, language: str | None) -> None:  # noqa: FBT001 - click passes options by name
    """Kezhi (客志): customer care as a system of record.

    Commands work on the store of KEZHI_DATABASE_URL, or on the embedded one in KEZHI_DATA. Without
    --as they act as the machine's operator, who sees everything.

    Exit codes: 0 done, 1 refused, 2 misused, 3 a server is away.
    """
    session = Session(os.environ, as_json=as_json, login=login, language=language)
    ctx.obj = session
    session.refuse_unknown_settings()


def main() -> None:
    """Run the command that was typed."""
    kezhi(prog_name="kezhi")
