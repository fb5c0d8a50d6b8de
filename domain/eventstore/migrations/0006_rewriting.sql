-- What an erasure leaves in files is written anew (D12). Only the owner of the log may do that, and
-- only a superuser with statistics and the write-ahead log, so these run with the owner's rights.
-- Whoever may call them changes no row by it: they take no argument, and none touches an event.

-- Rewritten with their indexes: a deleted row leaves its bytes in both.
CREATE FUNCTION rewrite_keys() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
    CLUSTER {schema}.subject_key USING subject_key_pkey;
    CLUSTER {schema}.idempotency USING idempotency_pkey;
    ANALYZE {schema}.subject_key, {schema}.idempotency;
END
$function$;

CREATE FUNCTION rewrite_statistics() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
    CLUSTER pg_catalog.pg_statistic USING pg_statistic_relid_att_inh_index;
END
$function$;

-- The first checkpoint writes everything out, the second lets go what lies before it.
CREATE FUNCTION let_wal_go() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
    CHECKPOINT;
    PERFORM pg_switch_wal();
    CHECKPOINT;
END
$function$;

REVOKE ALL ON FUNCTION rewrite_keys, rewrite_statistics, let_wal_go FROM PUBLIC;
