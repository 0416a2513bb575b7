"""Importing `domain.commands` makes every command and event known."""

import subprocess
import sys

NOT_IMPORTED = """
import importlib, pkgutil, domain
from domain import commands
from domain.kernel import COMMANDS, EVENTS

known = {*COMMANDS.values(), *EVENTS.values()}
for module in pkgutil.walk_packages(domain.__path__, "domain."):
    importlib.import_module(module.name)
print(*sorted({each.__module__ for each in {*COMMANDS.values(), *EVENTS.values()} - known}))
"""


def test_every_topic_with_commands_or_events_is_imported_by_commands() -> None:
    # In a process of its own: here another test may have imported what `TOPICS` forgot.
    run = subprocess.run([sys.executable, "-c", NOT_IMPORTED], capture_output=True, text=True, check=True)
    assert not run.stdout.split(), "name these in TOPICS of domain/commands.py, or import them in a topic that is named"
