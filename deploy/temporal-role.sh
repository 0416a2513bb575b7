#!/bin/bash
# Run once by the postgres image, on an empty volume: the role that owns Temporal's databases and sees nothing of ours.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --set=password="$TEMPORAL_PASSWORD" --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'password';
REVOKE CONNECT ON DATABASE canopy FROM PUBLIC;
SQL
