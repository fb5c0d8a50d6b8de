-- What the background work does at the moment. What is to be done stands in the read models
-- `obligations` and `outbox`, what was done in the event log: rows here may be lost without harm.
-- A lost upload is uploaded again, and doubles nothing; a lost trial is reckoned again.
CREATE SCHEMA IF NOT EXISTS work;

-- Claims: of each job one table, in it one row per key that somebody has taken up. What is taken up
-- are obligations (`claim`), the messages of the outbox (`delivery`: running means that one is being
-- sent), greetings of customers, of whom very many are due on one day, whom campaigns go to, sheets
-- that are checked or imported, and policies that are tried.
--   state       hinted: a hint is on its way; running: somebody is at it; done: nothing left to do,
--               the row waits for the read model; waiting: to be tried again; quarantined: it
--               crashed or failed too often, a person has to look at it
--   due_at      of what was taken up, at that time; when it has moved, this row is void
--   until       nobody else takes it up before
--   attempts    how often it was begun; counted before it begins, so that a crash counts
--   crashes     how often since it last came to an orderly end
--   again_at    when it is to be tried again; infinity: not by itself
-- What goes well is claimed, begun and done without a look at any index but that of the keys, and
-- so without writing into one: again_at stays null, and what else changes is in none.
DO $do$
DECLARE
    claims text;
BEGIN
    FOREACH claims IN ARRAY ARRAY['claim', 'delivery', 'greeting', 'campaign', 'import', 'try'] LOOP
        -- An index that is not there is not locked, a table that is altered is, even for nothing.
        EXECUTE format('DROP INDEX IF EXISTS work.%I, work.%I, work.%I',
            claims || '_until', claims || '_until_idx', claims || '_key_idx');
        CONTINUE WHEN to_regclass(format('work.%I', claims || '_again')) IS NOT NULL;
        EXECUTE format($sql$
            CREATE TABLE IF NOT EXISTS work.%1$I (
                key uuid PRIMARY KEY,
                due_at timestamptz NOT NULL,
                state text NOT NULL,
                until timestamptz NOT NULL,
                attempts integer NOT NULL DEFAULT 0,
                crashes smallint NOT NULL DEFAULT 0,
                last_error text NOT NULL DEFAULT ''
            ) WITH (fillfactor = 70);
            ALTER TABLE work.%1$I ADD COLUMN IF NOT EXISTS again_at timestamptz
                GENERATED ALWAYS AS (CASE state
                    WHEN 'waiting' THEN until
                    WHEN 'quarantined' THEN 'infinity'::timestamptz
                END) STORED;
            CREATE INDEX IF NOT EXISTS %2$I ON work.%1$I (again_at) WHERE again_at IS NOT NULL;
        $sql$, claims, claims || '_again');
    END LOOP;
END
$do$;
DROP INDEX IF EXISTS work.claim_quarantined;

-- Sheets that somebody has uploaded to be imported.
--   due_at       since when it is as it is; what is being checked or imported is due since then
--   kept_until   until then its content and its error file are kept, its verdicts for some weeks
--   began_after  the newest event when its import began: what is younger, it has stored itself
--   rows, counts how many rows were judged so far, and how many of them got which verdict
--   settings     file name, encoding, what the columns mean
--   findings     header, first rows, refused rows
-- The last four are encrypted: personal data of people who are nobody's customers yet.
CREATE TABLE IF NOT EXISTS work.upload (
    key uuid PRIMARY KEY,
    rep_id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    priority smallint NOT NULL DEFAULT 0,
    uploaded_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    kept_until timestamptz NOT NULL,
    began_after bigint NOT NULL DEFAULT 0,
    rows integer NOT NULL DEFAULT 0,
    progress real NOT NULL DEFAULT 0,
    counts jsonb NOT NULL DEFAULT '{}',
    settings bytea,
    findings bytea,
    content bytea,
    errors bytea
);

CREATE INDEX IF NOT EXISTS upload_rep ON work.upload (rep_id, uploaded_at);

-- Policies that somebody tries on the log as it was at a position; the key is made of what is tried
-- and of that position, so that the same question is one row.
--   versions   of the policies that were in force
--   rep_id     who asked first
--   due_at     when he did: until then clocks run in the trial
--   wanted_at  when somebody asked last; what nobody asks for any more is given up
--   position   how many of the first `until` events are in it
--   result     what would be different, once that is known
CREATE TABLE IF NOT EXISTS work.trial (
    key uuid PRIMARY KEY,
    kind text NOT NULL,
    content jsonb NOT NULL,
    versions jsonb NOT NULL,
    rep_id uuid NOT NULL,
    priority smallint NOT NULL DEFAULT 0,
    until bigint NOT NULL,
    position bigint NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    wanted_at timestamptz NOT NULL,
    ended_at timestamptz,
    result jsonb
);

-- How fast each sender may send: a token bucket, of which two moments are all there is to know.
--   sender       the channel; of an endpoint also a digest of its address
--   full_at      when the bucket is full again if nobody takes from it
--   promised_at  the last moment that was promised to somebody who found it empty
CREATE TABLE IF NOT EXISTS work.bucket (
    sender text PRIMARY KEY,
    full_at timestamptz NOT NULL,
    promised_at timestamptz NOT NULL
) WITH (fillfactor = 70);

-- The channels that are set up, as the worker that started last has told: one row.
--   kinds  by channel the kinds of message that get out by it, null for all of them
CREATE TABLE IF NOT EXISTS work.ways_out (
    is_told boolean PRIMARY KEY DEFAULT true CHECK (is_told),
    kinds jsonb NOT NULL,
    told_at timestamptz NOT NULL
);

-- When there was a ticker: one row per stretch of time without a gap.
CREATE TABLE IF NOT EXISTS work.tick (
    since timestamptz PRIMARY KEY,
    until timestamptz NOT NULL
);

-- Erasures from when the key was destroyed until they are complete. Without its row one is begun
-- anew.
--   horizon, wal  whoever sees, or keeps, something older is waited for
--   is_rebuilt    the lists were built anew since, and their old tables are gone
CREATE TABLE IF NOT EXISTS work.erasing (
    customer_id uuid PRIMARY KEY,
    horizon xid8 NOT NULL DEFAULT pg_current_xact_id(),
    wal pg_lsn NOT NULL DEFAULT pg_current_wal_insert_lsn(),
    is_rebuilt boolean NOT NULL DEFAULT false
);
