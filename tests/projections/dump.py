"""All rows of all active generations, as PostgreSQL writes them: what two ways of reading the same events must agree on."""

from __future__ import annotations

import psycopg
from psycopg import sql


def dump(owner_url: str) -> dict[str, list[str]]:
    """Name of the read model and table ("deadlines.deadlines") → its rows as text, sorted."""
    found = {}
    with psycopg.connect(owner_url) as connection:
        active = connection.execute("SELECT name, generation FROM views.bookmarks WHERE active").fetchall()
        for name, generation in active:
            schema = f"view_{name}_{generation}"
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]).fetchall()
            for (table,) in tables:
                query = sql.SQL("SELECT t::text FROM {} AS t ORDER BY 1").format(sql.Identifier(schema, table))
                found[f"{name}.{table}"] = [row for (row,) in connection.execute(query)]
    return found


def schemas(owner_url: str) -> list[str]:
    """Every generation there is, active or not."""
    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'view\\_%' ORDER BY 1"
        ).fetchall()
    return [name for (name,) in rows]
