-- SPDX-License-Identifier: Apache-2.0
SELECT c.relpersistence AS persistence,
       coalesce((SELECT option_value FROM pg_catalog.pg_options_to_table(c.reloptions)
                  WHERE option_name OPERATOR(pg_catalog.=) 'fillfactor'::pg_catalog.text), '100'::pg_catalog.text) AS fillfactor,
       (SELECT pg_catalog.string_agg(w.name::pg_catalog.text, ', '::pg_catalog.text)
          FROM pg_catalog.unnest(ARRAY['workspace_agent_id', 'key', 'value', 'error', 'collected_at']::pg_catalog.name[]) AS w (name)
         WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
                            WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attname OPERATOR(pg_catalog.=) w.name
                              AND NOT a.attisdropped)) AS missing,
       (SELECT pg_catalog.string_agg(a.attname::pg_catalog.text, ', '::pg_catalog.text)
          FROM pg_catalog.pg_attribute AS a
         WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0::pg_catalog.int2 AND NOT a.attisdropped
           AND a.attnotnull AND NOT a.atthasdef AND a.attidentity OPERATOR(pg_catalog.=) ''::"char"
           AND a.attname OPERATOR(pg_catalog.<>) ALL (ARRAY['workspace_agent_id', 'display_name', 'key', 'script', 'timeout',
                                                            'interval']::pg_catalog.name[])) AS required,
       (SELECT pg_catalog.format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_attribute AS a
         WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attname OPERATOR(pg_catalog.=) 'workspace_agent_id'::pg_catalog.name) AS id_type,
       (SELECT pg_catalog.format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_attribute AS a
         WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attname OPERATOR(pg_catalog.=) 'collected_at'::pg_catalog.name) AS time_type,
       coalesce((SELECT l.collisdeterministic FROM pg_catalog.pg_attribute AS a
                   JOIN pg_catalog.pg_collation AS l ON l.oid OPERATOR(pg_catalog.=) a.attcollation
                  WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attname OPERATOR(pg_catalog.=) 'key'::pg_catalog.name)
                AND (SELECT a.atttypid OPERATOR(pg_catalog.=) ANY (ARRAY['pg_catalog.varchar', 'pg_catalog.text']::pg_catalog.regtype[]::pg_catalog.oid[])
                       FROM pg_catalog.pg_attribute AS a
                      WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attname OPERATOR(pg_catalog.=) 'key'::pg_catalog.name), false) AS has_exact_key,
       pg_catalog.has_table_privilege(c.oid, 'SELECT'::pg_catalog.text) AS may_read,
       pg_catalog.has_table_privilege(c.oid, 'INSERT'::pg_catalog.text) AS may_register,
       (SELECT coalesce(pg_catalog.bool_and(pg_catalog.has_column_privilege(c.oid, a.attnum, 'UPDATE'::pg_catalog.text)), false)
          FROM pg_catalog.pg_attribute AS a
         WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND NOT a.attisdropped
           AND a.attname OPERATOR(pg_catalog.=) ANY (ARRAY['value', 'error', 'collected_at']::pg_catalog.name[])) AS may_write,
       pg_catalog.row_security_active(c.oid) AS has_policies,
       EXISTS (SELECT FROM pg_catalog.pg_locks AS l
                WHERE l.relation OPERATOR(pg_catalog.=) c.oid AND l.granted AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
                  AND l.mode OPERATOR(pg_catalog.=) ANY (ARRAY['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
                                                               'AccessExclusiveLock']::pg_catalog.text[])) AS is_locked,
       (SELECT pg_catalog.string_agg(l.pid::pg_catalog.text, ', '::pg_catalog.text) FROM pg_catalog.pg_locks AS l
         WHERE l.relation OPERATOR(pg_catalog.=) c.oid AND l.granted AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
           AND l.mode OPERATOR(pg_catalog.=) ANY (ARRAY['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
                                                        'AccessExclusiveLock']::pg_catalog.text[])) AS lockers,
       EXISTS (SELECT FROM pg_catalog.pg_index AS i
                WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
                  AND i.indnkeyatts OPERATOR(pg_catalog.=) 2::pg_catalog.int2
                  AND (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY k.place)
                         FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS k (number, place)
                         JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.=) k.number
                        WHERE k.place OPERATOR(pg_catalog.<=) 2::pg_catalog.int8)
                      OPERATOR(pg_catalog.=) ARRAY['workspace_agent_id', 'key']::pg_catalog.text[]) AS has_key
  FROM pg_catalog.pg_class AS c
 WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass('workspace_agent_metadata'::pg_catalog.text)::pg_catalog.oid
