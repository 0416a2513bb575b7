"""The web process: the HTTP API on loopback, where the supervisor waits for it.

    python -m workers.web --state DIR [--host HOST] [--port PORT]

Without a port it listens where the state folder says (`canopy status` shows it). SIGTERM lets requests finish.
"""

from __future__ import annotations

import argparse
import sys

import uvicorn

import bootstrap
from entrypoints import drafts
from entrypoints.api import make_app
from entrypoints.desk import Desk
from workers.processes import StackError

_FINISH_SECONDS = 10


def open_desk(canopy: bootstrap.Canopy) -> Desk:
    """Everything the API serves with. Raises StackError."""
    return Desk(canopy.store(), canopy.views(), drafts.Drafts(canopy.database_url()), canopy.token_key())


def main() -> int:
    parser = argparse.ArgumentParser(prog="workers.web", description=__doc__)
    parser.add_argument("--state")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int)
    given = parser.parse_args()
    log = bootstrap.start_logging("web")
    try:
        canopy = bootstrap.load(given.state)
        desk = open_desk(canopy)
        port = given.port or canopy.api_port
    except StackError as problem:
        log.error("cannot start", problem=str(problem))  # noqa: TRY400  what is wrong is in the message
        return 1
    log.info("listening", host=given.host, port=port)
    uvicorn.run(
        make_app(lambda: desk),
        host=given.host,
        port=port,
        log_config=None,  # ours: one line per request, with its id
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_FINISH_SECONDS,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
