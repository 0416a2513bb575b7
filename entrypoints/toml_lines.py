"""On which line of a TOML file each key and each item stands. For files that `tomllib` has read without complaint."""

from __future__ import annotations

import re
from collections import Counter

Keys = tuple[str | int, ...]
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2}(?!"))|\'\'\'.*?\'\'\'(?:\'{0,2}(?!\'))|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL
)
_SCALAR = re.compile(r"[^,\]}\n#]+")


def lines_of(text: str) -> dict[Keys, int]:
    """Keys and indexes of each value → its line, from 1."""
    return _Scanner(text).scan()


class _Scanner:
    """Goes through the text once, noting where each value begins."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Keys, int] = {}
        self.items: Counter[Keys] = Counter()

    def scan(self) -> dict[Keys, int]:
        within: Keys = ()
        self.blank()
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                within = self.header()
            else:
                self.pair(within)
            self.blank()
        return self.found

    def blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def note(self, path: Keys) -> None:
        """The first place counts: a table may be named again by its parts."""
        for end in range(1, len(path) + 1):
            self.found.setdefault(path[:end], self.text.count("\n", 0, self.at) + 1)

    def header(self) -> Keys:
        """[table] or [[item of a list of tables]]."""
        several = self.text.startswith("[[", self.at)
        begun = self.at
        self.at += 2 if several else 1
        *before, last = self.key()
        self.at = self.text.index("]", self.at) + (2 if several else 1)
        path: Keys = ()
        for part in before:
            path = self.newest((*path, part))
        path = (*path, last)
        if several:
            self.items[path] += 1
        path = self.newest(path)
        end, self.at = self.at, begun
        self.note(path)
        self.at = end
        return path

    def newest(self, path: Keys) -> Keys:
        """Within a list of tables, its last one."""
        return (*path, self.items[path] - 1) if path in self.items else path

    def key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self.spaces()
            match = _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at)
            if match is None:
                return parts
            parts.append(match[0].strip("\"'"))
            self.at = match.end()
            self.spaces()
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def spaces(self) -> None:
        while self.text[self.at : self.at + 1] in {" ", "\t"}:
            self.at += 1

    def pair(self, within: Keys) -> None:
        begun = self.at
        path = (*within, *self.key())
        end, self.at = self.at, begun
        self.note(path)
        self.at = self.text.index("=", end) + 1
        self.blank()
        self.value(path)

    def value(self, path: Keys) -> None:
        self.note(path)
        opening = self.text[self.at]
        if opening == "[":
            self.listed(path)
        elif opening == "{":
            self.inline(path)
        else:
            match = _STRING.match(self.text, self.at) or _SCALAR.match(self.text, self.at)
            self.at = match.end() if match else self.at + 1

    def listed(self, path: Keys) -> None:
        self.at += 1
        index = 0
        while not self.closed("]"):
            self.value((*path, index))
            index += 1

    def inline(self, path: Keys) -> None:
        self.at += 1
        while not self.closed("}"):
            self.pair(path)

    def closed(self, by: str) -> bool:
        """Go to the next item, or behind the closing bracket."""
        self.blank()
        if self.text.startswith(",", self.at):
            self.at += 1
            self.blank()
        if self.text.startswith(by, self.at):
            self.at += 1
            return True
        return False
