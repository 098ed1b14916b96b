-- Rows of views change many times: with room on their pages, a change touches no index (heap-only tuples).
DO $$
DECLARE
    v regclass;
BEGIN
    FOR v IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'views' AND c.relkind = 'r'
    LOOP
        EXECUTE format('ALTER TABLE %s SET (fillfactor = 70)', v);
    END LOOP;
END
$$;
ALTER TABLE sink.positions SET (fillfactor = 50);
ALTER TABLE sink.progress SET (fillfactor = 50);
