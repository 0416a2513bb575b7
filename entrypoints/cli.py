"""`canopy`: the command line. It starts at once; whatever is slow to load is loaded by the command that needs it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from entrypoints import cli_agreement, cli_doing, cli_programme, cli_reading, cli_stack
from entrypoints.cli_installation import Installation, installed
from entrypoints.cli_troubles import in_one_line

INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@installed
def cli(here: Installation) -> None:
    """Canopy 林冠 runs public-benefit funding programmes; every decision and every yuan can be replayed."""


for command in (
    *(cli_stack.up, cli_stack.down, cli_stack.status, cli_stack.demo, cli_stack.reconcile),
    *(cli_doing.do, cli_doing.token),
    *(cli_reading.ask, cli_reading.replay, cli_reading.rebuild),
    cli_programme.programme,
    cli_agreement.agreement,
):
    cli.add_command(command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line. Gives the exit code: 1 when it was refused or failed, 2 when it cannot be understood."""
    here = Installation()
    try:
        code = cli.main(arguments, prog_name="canopy", standalone_mode=False, obj=here)
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("\n已中断 interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read us has seen enough
        sys.stderr.close()
        return 1
    except Exception as problem:  # noqa: BLE001  people are told in one line
        click.echo(in_one_line(problem, here.lang), err=True)
        return 1
    return code if isinstance(code, int) else 0


def main() -> None:
    code = run()
    if "temporalio" in sys.modules:
        from workers.processes import leave

        leave(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
