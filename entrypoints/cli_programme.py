"""`canopy programme check` says what is wrong with a programme's file, line by line; `publish` puts it into force."""

from __future__ import annotations

import tomllib
from pathlib import Path

import click

from entrypoints.cli_installation import Declined, Installation, installed


@click.group(short_help="Check and publish a programme's file. 资助计划")
@installed
def programme(here: Installation) -> None:
    """A programme is a file of rules (TOML): check it, publish it. 资助计划"""


def _checked(here: Installation, file: Path) -> str:
    """The file's text. Prints every problem with its line, in both languages, and raises Declined when there is one."""
    from entrypoints.programmes import check, is_programme

    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as broken:
        raise Declined(here.told(f"{file} 不是 UTF-8 文本", f"{file} is not UTF-8 text")) from broken
    if not is_programme(text):
        raise Declined(
            here.told(
                f"{file} 不是资助计划文件：这种文件的开头写有 format = 2",
                f"{file} is not a programme's file: such a file says `format = 2` at its top",
            )
        )
    problems = check(text)
    for problem in problems:
        click.echo(f"{file}:{problem.line}: {problem.field}: {problem.rule.zh} | {problem.rule.en}", err=True)
    if problems:
        raise Declined(here.told(f"{file} 有 {len(problems)} 处问题", f"{file} has {len(problems)} problem(s)"))
    return text


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@programme.command("check", short_help="Say what is wrong with a file. 检查")
@click.argument("file", type=FILE)
@installed
def check_file(here: Installation, file: Path) -> None:
    """Say what is wrong with a programme's file, and on which line. 检查"""
    _checked(here, file)
    click.echo(here.told(f"{file} 没有问题", f"{file} is fine"))


@programme.command(short_help="Publish a file's rules. 发布")
@click.argument("file", type=FILE)
@click.option("--as", "person", required=True, metavar="PERSON", help="A steward. 系统管理")
@installed
def publish(here: Installation, file: Path, person: str) -> None:
    """Publish a programme's rules, with China's public holidays and make-up working days unless the file has its own.

    Rounds opened from then on run under them; what has begun keeps the rules it quoted. 发布
    """
    from domain.commands import parse
    from entrypoints.doing import carry_out
    from entrypoints.programmes import with_calendar

    rules = with_calendar(tomllib.loads(_checked(here, file)))
    command = parse("PublishProgramme", {"programme": rules["id"], "rules": rules})
    with here.store() as store:
        here.found_steward(store, person)
        done = carry_out(store, command, person=person)
    if done.new:
        click.echo(
            here.told(f"已发布 {rules['id']}（位置 {done.position}）", f"published {rules['id']} at {done.position}")
        )
    else:
        click.echo(here.told(f"{rules['id']} 已是此版本", f"{rules['id']} is published like this already"))


@programme.command(short_help="Draw a file's process. 流程图")
@click.argument("file", type=FILE)
@click.option(
    "--format", "kind", type=click.Choice(["mermaid", "svg"]), default="mermaid", show_default=True, help="格式"
)
@installed
def draw(here: Installation, file: Path, kind: str) -> None:
    """Print the whole process of a programme's file: every stage and what ends it, every tranche and its gate. 流程图

    As Mermaid text, or as a drawing (SVG) to look at or to print; in the language of --lang.
    """
    from domain.rules import Rules
    from entrypoints.drawing_mermaid import mermaid
    from entrypoints.drawing_programme import process
    from entrypoints.drawing_svg import svg

    drawn = process(Rules.model_validate(tomllib.loads(_checked(here, file))), here.lang)
    click.echo(mermaid(drawn) if kind == "mermaid" else svg(drawn), nl=False)


@programme.command("format", short_help="Everything a file may say. 文件格式")
def print_format() -> None:
    """Everything a programme's file may say, as Markdown: each table, its names, and which shipped file has it. 文件格式"""
    from entrypoints.programme_format import page

    click.echo(page(), nl=False)
