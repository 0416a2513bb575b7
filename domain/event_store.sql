-- The event store: what was recorded, for ever. Read by domain/event_schema.py, which runs it whenever its text has changed;
-- every statement may therefore run again on a store in use.

CREATE SCHEMA IF NOT EXISTS canopy;

-- One row per event. `payload` is json, not jsonb: PostgreSQL keeps its text byte for byte, and these bytes are what is sealed.
CREATE TABLE IF NOT EXISTS canopy.events (
    position    bigint      PRIMARY KEY,
    stream      text        NOT NULL,
    version     integer     NOT NULL,
    name        text        NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor       text        NOT NULL,
    role        text        NOT NULL,
    on_behalf   text,
    command_id  text        NOT NULL,
    correlation text        NOT NULL,
    causation   text,
    payload     json        NOT NULL,
    UNIQUE (stream, version)
);
CREATE INDEX IF NOT EXISTS events_by_name        ON canopy.events (name, position);
CREATE INDEX IF NOT EXISTS events_by_actor       ON canopy.events (actor, position);
CREATE INDEX IF NOT EXISTS events_by_correlation ON canopy.events (correlation, name, position);

-- One row per command carried out: the answer to whoever asks again. Its events are those from `first` to `position`.
CREATE TABLE IF NOT EXISTS canopy.commands (
    command_id   text        PRIMARY KEY,
    content_hash bytea       NOT NULL,
    actor        text        NOT NULL,
    first        bigint      NOT NULL,
    position     bigint      NOT NULL,
    recorded_at  timestamptz NOT NULL
);

-- One row: the last position given out. Whoever appends locks it first, so positions become visible in their own order.
CREATE TABLE IF NOT EXISTS canopy.head (
    single      boolean     PRIMARY KEY DEFAULT true,
    position    bigint      NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT '-infinity'
);  -- no fillfactor: a page that must stay free is pruned at every touch
INSERT INTO canopy.head DEFAULT VALUES ON CONFLICT DO NOTHING;

-- No row: the domain's time is real time. One row: it moves evenly from from_domain to to_domain while real time moves from
-- from_real to to_real; after that it stands still (then_rate 0) or runs on at normal speed (then_rate 1).
CREATE TABLE IF NOT EXISTS canopy.clock (
    single      boolean     PRIMARY KEY DEFAULT true,
    from_domain timestamptz NOT NULL,
    from_real   timestamptz NOT NULL,
    to_domain   timestamptz NOT NULL CHECK (to_domain >= from_domain),
    to_real     timestamptz NOT NULL CHECK (to_real >= from_real),
    then_rate   integer     NOT NULL CHECK (then_rate IN (0, 1))
);

CREATE OR REPLACE FUNCTION canopy.domain_time(clock canopy.clock, actual timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE
RETURN CASE
    WHEN clock.from_domain IS NULL THEN actual
    WHEN actual >= clock.to_real THEN clock.to_domain + clock.then_rate * (actual - clock.to_real)
    WHEN actual <= clock.from_real THEN clock.from_domain
    ELSE clock.from_domain + (clock.to_domain - clock.from_domain)
        * (extract(epoch FROM actual - clock.from_real) / extract(epoch FROM clock.to_real - clock.from_real))::double precision
END;

CREATE OR REPLACE FUNCTION canopy.now() RETURNS timestamptz
LANGUAGE sql VOLATILE
RETURN coalesce((SELECT canopy.domain_time(clock, clock_timestamp()) FROM canopy.clock), clock_timestamp());

-- The only way to write. In one transaction: lock the head, look up the command id, check the versions of all streams the
-- decision was made on, insert the events and the command row, tell listeners.
--
-- outcome: 'written'   first, position and recorded_at say where and when;
--          'repeated'  the command id was carried out before with this content: first, position, recorded_at of then;
--          'reused'    the command id was carried out before with another content;
--          'conflict'  a stream has moved on.
-- Only 'written' writes. p_line is a stream for which others may stand in line, holding the advisory lock of its name: who is
-- not in line does not write before them. p_seen is the head as it was when the streams were read. p_recalled says that they were not
-- read for this command but known from earlier ones, and p_at reckoned. The arguments from p_streams on have one element per event, those
-- from p_read one per stream.
DO $$
DECLARE
    earlier regprocedure;
BEGIN
    FOR earlier IN SELECT oid FROM pg_proc WHERE pronamespace = 'canopy'::regnamespace AND proname = 'append' LOOP
        EXECUTE format('DROP FUNCTION %s', earlier);  -- with other arguments it would stay beside this one
    END LOOP;
END
$$;
CREATE FUNCTION canopy.append(
    p_command_id text, p_content_hash bytea, p_at timestamptz,
    p_actor text, p_role text, p_on_behalf text, p_correlation text, p_causation text,
    p_line text, p_seen bigint, p_recalled boolean, p_read text[], p_expected integer[],
    p_streams text[], p_versions integer[], p_names text[], p_payloads text[],
    OUT outcome text, OUT first bigint, OUT "position" bigint, OUT recorded_at timestamptz
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    before bigint;
    done canopy.commands%ROWTYPE;
BEGIN
    IF p_line IS NOT NULL AND NOT pg_try_advisory_xact_lock_shared(hashtextextended(p_line, 0)) THEN
        outcome := 'conflict';
        RETURN;
    END IF;

    -- Decided without a look: when it turns out to be out of date, say so before anything is written or locked.
    IF p_recalled AND (
        abs(extract(epoch FROM canopy.now() - p_at)) > 1
        OR EXISTS (
            SELECT FROM unnest(p_read, p_expected) AS r (stream, expected)
            WHERE expected <> coalesce((SELECT max(version) FROM canopy.events AS e WHERE e.stream = r.stream), 0)
        )
        OR EXISTS (SELECT FROM canopy.commands WHERE command_id = p_command_id)
    ) THEN
        outcome := 'conflict';
        RETURN;
    END IF;

    -- Taking the positions is taking the lock: whoever else appends waits here until we commit.
    UPDATE canopy.head
    SET position = position + cardinality(p_streams), recorded_at = greatest(coalesce(p_at, canopy.now()), recorded_at)
    RETURNING position, recorded_at INTO append.position, append.recorded_at;
    before := append.position - cardinality(p_streams);

    -- When nothing at all was recorded since the look, what was looked up still holds.
    IF before IS DISTINCT FROM p_seen THEN
        SELECT * INTO done FROM canopy.commands WHERE command_id = p_command_id;
        IF FOUND THEN
            outcome := CASE WHEN done.content_hash = p_content_hash THEN 'repeated' ELSE 'reused' END;
        ELSIF EXISTS (
            SELECT FROM unnest(p_read, p_expected) AS r (stream, expected)
            WHERE expected <> coalesce((SELECT max(version) FROM canopy.events AS e WHERE e.stream = r.stream), 0)
        ) THEN
            outcome := 'conflict';
        END IF;
        IF outcome IS NOT NULL THEN
            UPDATE canopy.head SET position = before, recorded_at =
                coalesce((SELECT recorded_at FROM canopy.events WHERE events.position = before), '-infinity');
            append.first := done.first;
            append.position := done.position;
            append.recorded_at := done.recorded_at;
            RETURN;
        END IF;
    END IF;

    outcome := 'written';
    append.first := before + 1;
    FOR n IN 1 .. cardinality(p_streams) LOOP
        INSERT INTO canopy.events VALUES (
            before + n, p_streams[n], p_versions[n], p_names[n], append.recorded_at, p_actor, p_role, p_on_behalf,
            p_command_id, p_correlation, p_causation, p_payloads[n]::json
        );
    END LOOP;
    INSERT INTO canopy.commands
    VALUES (p_command_id, p_content_hash, p_actor, append.first, append.position, append.recorded_at);
    PERFORM pg_notify('canopy_events', append.position::text);
END
$$;

-- Append-only, for everybody: these refuse even the owner of the tables.
CREATE OR REPLACE FUNCTION canopy.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON canopy.events
    FOR EACH STATEMENT EXECUTE FUNCTION canopy.refuse_change();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON canopy.commands
    FOR EACH STATEMENT EXECUTE FUNCTION canopy.refuse_change();
CREATE OR REPLACE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON canopy.head
    FOR EACH STATEMENT EXECUTE FUNCTION canopy.refuse_change();
-- ALWAYS: also in a session that calls itself a replica to escape triggers.
ALTER TABLE canopy.events   ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE canopy.commands ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE canopy.head     ENABLE ALWAYS TRIGGER append_only;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA canopy FROM PUBLIC;
