"""What README.md and the other documents name exists: targets, commands with their options and fields, variables, messages, files."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import click
import pytest

from domain.commands import parse
from domain.kernel import COMMANDS
from entrypoints.cli import cli
from entrypoints.cli_installation import Installation

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = "\n".join(re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL))
SPANS = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", README)
PROGRAM = Path(__file__).parent.parent / "Makefile"
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
SOURCES = "\n".join(
    file.read_text()
    for folder in ("domain", "workers", "entrypoints", "projections", "workflows")
    for kind in ("*.py", "*.toml")
    for file in sorted((ROOT / folder).rglob(kind))
)


def statements(text: str) -> list[tuple[str, str]]:
    """Each command line of the text, with what is fed to it by <<EOF; `$(date …)` is some day, `$(…)` around is undone."""
    text = re.sub(r"\$\(date [^)]*\)", "2026-03-02", text).replace("\\\n", " ")
    found: list[tuple[str, str]] = []
    lines = iter(text.splitlines())
    for line in lines:
        fed = []
        if line.endswith("<<EOF"):
            for each in lines:
                if each == "EOF":
                    break
                fed.append(each)
        found.append((line.removesuffix("<<EOF").strip(), "\n".join(fed)))
    return found


def words_after(program: str, line: str) -> list[list[str]]:
    """The arguments of each call of the program within the line."""
    calls = re.findall(rf"(?:^|\$\(|\| |exec web ){program} ((?:'[^']*'|\"[^\"]*\"|[^)'\"|])*)", line)
    return [shlex.split(call, comments=True) for call in calls]


CALLS = [
    pytest.param(words, fed, id=" ".join(words)[:60])
    for line, fed in [*statements(BLOCKS), *((span, "") for span in SPANS)]
    for words in words_after("canopy", line)
]
TARGETS = sorted({words[0] for line in (*BLOCKS.splitlines(), *SPANS) for words in words_after("make", line)})


def context_of(words: list[str]) -> tuple[click.Context, list[str]]:
    """The command the words lead to, and the words that are left for it."""
    context = click.Context(cli, info_name="canopy", obj=Installation())
    rest = list(words)
    while isinstance(context.command, click.Group) and rest and not rest[0].startswith("-"):
        if rest[0] == "COMMAND":  # stands for any of them
            rest[0] = "RegisterPerson"
        command = context.command.get_command(context, rest[0])
        assert command is not None, f"canopy {' '.join(words)}: there is no {rest[0]}"
        context, rest = click.Context(command, info_name=rest[0], parent=context), rest[1:]
    return context, rest


def test_there_is_something_to_check() -> None:
    assert len(CALLS) > 30
    assert {"demo", "test"} <= set(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", PROGRAM.read_text(), re.MULTILINE)


@pytest.mark.parametrize("variable", sorted(set(re.findall(r"make \w+ ([A-Z]+)=", README))))
def test_every_make_variable_exists(variable: str) -> None:
    assert re.search(rf"^{variable} \?=", PROGRAM.read_text(), re.MULTILINE)


@pytest.mark.parametrize(("words", "fed"), CALLS)
def test_every_canopy_command_and_option_exists(words: list[str], fed: str) -> None:
    context, rest = context_of(words)
    options = {name for parameter in context.command.get_params(context) for name in parameter.opts}
    given = [word for word in rest if re.fullmatch(r"--?[a-z-]+", word) and word != "-"]
    assert set(given) <= options, f"canopy {' '.join(words)}"
    if context.info_name in COMMANDS and "JSON" not in rest:
        after = dict(pairwise(rest))
        assert "--as" in after
        parse(str(context.info_name), fed if after["--json"] == "-" else after["--json"])


@pytest.mark.parametrize("option", sorted({span for span in SPANS if re.match(r"--[a-z]", span)}))
def test_every_option_named_alone_exists(option: str) -> None:
    def options(command: click.Command, context: click.Context) -> set[str]:
        found = {name for parameter in command.get_params(context) for name in parameter.opts}
        if isinstance(command, click.Group) and command.name != "do":
            for name in command.list_commands(context):
                found |= options(command.commands[name], context)
        return found

    context = click.Context(cli, obj=Installation())
    giving, _ = context_of(["do", "RegisterPerson"])
    assert option.split(maxsplit=1)[0] in options(cli, context) | options(giving.command, giving)


def test_every_command_of_the_api_exists_and_can_be_read() -> None:
    posted = [(name, fed) for line, fed in statements(BLOCKS) for name in re.findall(r"/commands/(\w+)", line)]
    assert posted
    for name, fed in posted:
        parse(name, fed)


def test_the_variables_are_those_that_are_read() -> None:
    named = set(re.findall(r"`(CANOPY_[A-Z_]+)`", README))
    read = set(re.findall(r'"(CANOPY_[A-Z_]+)"', (ROOT / "bootstrap.py").read_text() + SOURCES))
    assert named == read


def test_the_read_models_are_all_named() -> None:
    from projections import READ_MODELS

    missing = [model.name for model in READ_MODELS if f"`{model.name}`" not in README]
    assert not missing


def test_every_message_is_one_we_say() -> None:
    said = SOURCES + PROGRAM.read_text()
    table = README.partition("| message | what to do |")[2].partition("\n\n")[0]
    messages = re.findall(r"`([^`]+)`", "\n".join(line.split(" | ")[0] for line in table.splitlines()))
    assert len(messages) > 10
    unknown = [message for message in messages if message != "canopy status" and message not in said]
    assert not unknown


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_file_a_document_names_exists(document: Path) -> None:
    text = document.read_text()
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    missing = [link for link in links if link and not (document.parent / link).exists()]
    named = re.findall(
        r"`((?:domain|workflows|projections|workers|entrypoints|programmes|tests|deploy|docs)/[\w./-]*)`", text
    )
    missing += [name for name in named if not (ROOT / name).exists()]
    assert not missing
