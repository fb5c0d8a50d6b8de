-- As before, and segments of the write-ahead log that are kept to be used again are written over:
-- until then each holds what was last in it.
CREATE OR REPLACE FUNCTION let_wal_go() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    kept bigint;
BEGIN
    CHECKPOINT;
    PERFORM pg_switch_wal();
    CHECKPOINT;
    IF current_setting('wal_recycle')::boolean THEN
        SELECT count(*) INTO kept FROM pg_ls_waldir()
            WHERE name ~ '^[0-9A-F]{24}$' AND name > pg_walfile_name(pg_current_wal_insert_lsn());
        -- The one that is written to may be such a one too. Whoever leaves a segment fills it with
        -- zeros; one in which nothing stands is not left.
        FOR n IN 0 .. kept LOOP
            PERFORM pg_logical_emit_message(false, 'kezhi', '');
            PERFORM pg_switch_wal();
        END LOOP;
    END IF;
END
$function$;
