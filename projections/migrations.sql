-- How far each read model has come. Rows are disposable: without them everything is built anew.
CREATE SCHEMA IF NOT EXISTS projection;

CREATE TABLE IF NOT EXISTS projection.read_model (
    name text PRIMARY KEY,
    version integer NOT NULL,
    position bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Streams whose events a read model could not apply. They wait here, whole, until it is mended.
CREATE TABLE IF NOT EXISTS projection.parked (
    read_model text NOT NULL,
    originator_id uuid NOT NULL,
    since_position bigint NOT NULL,
    error text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (read_model, originator_id)
);
