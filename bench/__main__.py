"""Every benchmark, in one table: `make bench`. Ratios travel between machines; absolute figures do not.

python -m bench [event-store] [projections] [lives] [assignment]
python -m bench scale[=APPLICATIONS]     one large round; not among those that run by default, since it takes long
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psycopg

from bench import assignment, event_store, lives, projections, scale
from bench.table import Row, show
from workers.postgres import PostgresServer
from workers.state_folder import StateFolder


def on_its_own_server(measure: Callable[[str], list[Row]]) -> list[Row]:
    """Run a measurement on a database of a server of its own, with PostgreSQL's durable settings."""
    folder = Path(tempfile.mkdtemp(prefix="canopy-bench-"))
    server = PostgresServer(StateFolder(folder))
    try:
        url = server.start()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        return measure(f"{url.rpartition('/')[0]}/bench")
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "event-store": lambda: on_its_own_server(event_store.run),
    "projections": lambda: on_its_own_server(projections.run),
    "lives": lives.run,
    "assignment": assignment.run,
}


def main() -> int:
    wanted = sys.argv[1:] or list(BENCHMARKS)
    for name in wanted:
        if name.startswith("scale="):
            BENCHMARKS[name] = partial(scale.run, int(name.partition("=")[2]))
        elif name == "scale":
            BENCHMARKS[name] = scale.run
    unknown = [name for name in wanted if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark named {', '.join(unknown)}: there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for name in wanted:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        rows += BENCHMARKS[name]()
    print(show(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
