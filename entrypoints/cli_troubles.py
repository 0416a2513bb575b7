"""What went wrong, in one line. Nothing is imported here that the failed command had not imported itself."""

from __future__ import annotations

import sys
import traceback

from entrypoints import wording
from entrypoints.plain_text import plain

_LONGEST = 2_000


def in_one_line(problem: Exception, lang: wording.Lang) -> str:
    """The line for people; for our own bugs also where it happened."""
    told = _refused(problem, lang) or _server_away(problem, lang) or _temporal_away(problem, lang)
    return told or _known(problem) or _bug(problem)


def _refused(problem: Exception, lang: wording.Lang) -> str | None:
    errors = sys.modules.get("domain.errors")
    if errors is not None and isinstance(problem, errors.Refusal):
        return wording.refusal(problem).in_(lang)
    return None


def _server_away(problem: Exception, lang: wording.Lang) -> str | None:
    for module, names in (("psycopg", ("OperationalError",)), ("psycopg_pool", ("PoolTimeout",))):
        loaded = sys.modules.get(module)
        if loaded is not None and isinstance(problem, tuple(getattr(loaded, name) for name in names)):
            what = plain(str(problem))
            return wording.Said(
                f"连不上数据库，请用 canopy status 查看，或用 canopy up 启动：{what}",
                f"the database cannot be reached, see `canopy status` or start it with `canopy up`: {what}",
            ).in_(lang)
    return None


def _temporal_away(problem: Exception, lang: wording.Lang) -> str | None:
    service = sys.modules.get("temporalio.service")
    # The library says with a RuntimeError that it does not get through, and with an RPCError that it was refused.
    away = isinstance(problem, RuntimeError) and str(problem).startswith("Failed client connect")
    if service is None or not (away or isinstance(problem, service.RPCError)):
        return None
    what = plain(str(problem))
    return wording.Said(
        f"Temporal 不可用，请用 canopy status 查看：{what}", f"Temporal cannot be used, see `canopy status`: {what}"
    ).in_(lang)


def _known(problem: Exception) -> str | None:
    """Our own errors say what is the matter; so does the operating system."""
    if type(problem).__module__.partition(".")[0] in {"workers", "domain", "entrypoints", "bootstrap"}:
        return plain(str(problem), _LONGEST)  # what to do is often at its end
    if isinstance(problem, OSError):
        return plain(f"{problem.strerror or problem}: {problem.filename}" if problem.filename else str(problem))
    return None


def _bug(problem: Exception) -> str:
    last = traceback.extract_tb(problem.__traceback__)[-1]
    return f"{type(problem).__name__}: {plain(str(problem))} ({last.filename}:{last.lineno})"
