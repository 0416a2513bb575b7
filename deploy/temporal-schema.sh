#!/bin/sh
# Make Temporal's two databases and bring them to this version's schema. Safe to repeat: after an upgrade it does the rest.
set -eu

tool() {
    temporal-sql-tool --plugin postgres12_pgx --endpoint "$SQL_HOST" --port 5432 --user "$SQL_USER" "$@"
}

bring_up() {  # database, folder of its schema
    tool --database "$1" create
    tool --database "$1" setup-schema --version 0.0
    tool --database "$1" update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$2/versioned"
}

bring_up temporal temporal
bring_up temporal_visibility visibility
