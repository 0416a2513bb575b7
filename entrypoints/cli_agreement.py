"""`canopy agreement` writes the document that both sides sign, and says its SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from entrypoints.cli_installation import Declined, Installation, installed

if TYPE_CHECKING:
    from entrypoints.agreement_document import Language


@click.command(short_help="Write the agreement to be signed. 协议文本")
@click.argument("project")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="The PDF. 文件"
)
@click.option("--in", "language", required=True, type=click.Choice(["zh", "en", "both"]), help="Its language. 文本语言")
@click.option(
    "--fonts",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A folder with another Chinese font than ours. 字体目录",
)
@installed
def agreement(here: Installation, project: str, out: Path, language: Language, fonts: tuple[Path, ...]) -> None:
    """Write a project's agreement as PDF and print its SHA-256: that is what both sides sign (SignAgreement). 协议文本

    The same agreement gives the same file, byte for byte, wherever it is written in the same font.
    """
    from entrypoints.agreement_document import NoChineseFont, document, on_record

    with here.store() as store:
        record = on_record(store, project)
    try:
        written = document(record, language, fonts)
    except NoChineseFont as missing:
        raise Declined(
            here.told(
                "找不到中文字体：请安装 requirements.lock 所列各包，或用 --fonts 指定字体目录。",
                "No font here can set Chinese: install all of requirements.lock, or say --fonts DIR with one.",
            )
        ) from missing
    out.write_bytes(written.pdf)
    here.say(f"已写入 {out}，字体 {written.font}", f"{out} is written, set in {written.font}")
    click.echo(hashlib.sha256(written.pdf).hexdigest())
