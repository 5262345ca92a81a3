"""`rounds`: the command line. Each command is a file in server/commands/."""

from typing import Any

import click

from server.commands.audit import audit
from server.commands.backup import backup
from server.commands.check import check
from server.commands.demo import demo
from server.commands.erasing import erase_person, erase_volunteer
from server.commands.export_person import export_person
from server.commands.import_people import import_people
from server.commands.imports import imports
from server.commands.invite import invite
from server.commands.keys import keys
from server.commands.rebuild import rebuild
from server.commands.restore import restore
from server.commands.retention import retention
from server.commands.serve import serve
from server.commands.use import use
from server.config import ConfigProblem


class Rounds(click.Group):
    """The group of commands; a setting that cannot be used is a usage error of each."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except ConfigProblem as problem:
            raise click.UsageError(str(problem)) from None


@click.group(cls=Rounds, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rounds")
def main() -> None:
    """One-on-one conversations for unions that talk to every member.

    Start with `rounds demo`. For a union of your own: `rounds serve`, then
    `rounds invite --role administrator --name "…"`.
    """


for command in (
    *(serve, demo, invite, import_people, imports),
    *(backup, restore, check, rebuild, keys, use, audit),
    *(export_person, erase_person, erase_volunteer, retention),
):
    main.add_command(command)

if __name__ == "__main__":
    main()
