-- Every process asks once a second whether a key was destroyed.
CREATE INDEX subject_key_destroyed ON subject_key (erased_at) WHERE erased_at IS NOT NULL;
