-- A destroyed key leaves its row, so that an erasure is told from a loss and no second key is made.
ALTER TABLE subject_key ALTER COLUMN wrapped_key DROP NOT NULL;
ALTER TABLE subject_key ADD COLUMN erased_at timestamptz;
ALTER TABLE subject_key ADD CHECK ((wrapped_key IS NULL) = (erased_at IS NOT NULL));
