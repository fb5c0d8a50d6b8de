-- What the signer writes (D13). Rows are only ever inserted.
-- The log at one moment: how many leaves, under which root, and the note that was signed.
CREATE TABLE checkpoint (
    size bigint PRIMARY KEY,
    root bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    note text NOT NULL
);

-- The keys that have signed, as auditors know them; an auditor never takes them from here.
CREATE TABLE verifier_key (
    key text PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT now()
);

-- Complete subtrees over 256, 65,536, ... leaves, so that a proof reads hundreds of hashes and not
-- all of them. They make proofs quick, not true: a wrong one makes a proof that does not hold.
CREATE TABLE subtree (
    level smallint,
    number bigint,
    hash bytea NOT NULL,
    PRIMARY KEY (level, number)
);

-- When the signer found the log changed under what it had signed, and signed no more.
CREATE TABLE refusal (
    at timestamptz PRIMARY KEY,
    size bigint NOT NULL,
    reason text NOT NULL
);
