-- SPDX-License-Identifier: Apache-2.0
SELECT c.relpersistence AS persistence,
       coalesce((SELECT option_value FROM pg_options_to_table(c.reloptions) WHERE option_name = 'fillfactor'), '100') AS fillfactor,
       (SELECT string_agg(w.name, ', ') FROM unnest(ARRAY['workspace_agent_id', 'key', 'value', 'error', 'collected_at']) AS w (name)
         WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = w.name AND NOT a.attisdropped)) AS missing,
       has_table_privilege(c.oid, 'SELECT') AS may_read, has_table_privilege(c.oid, 'INSERT') AS may_register,
       (SELECT coalesce(bool_and(has_column_privilege(c.oid, a.attnum, 'UPDATE')), false) FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attname IN ('value', 'error', 'collected_at') AND NOT a.attisdropped) AS may_write,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 2
                  AND (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
                         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number WHERE k.place <= 2)
                      = ARRAY['workspace_agent_id', 'key']) AS has_key
  FROM pg_class c WHERE c.oid = to_regclass('workspace_agent_metadata')
