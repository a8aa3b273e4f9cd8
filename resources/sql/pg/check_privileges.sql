-- SPDX-License-Identifier: Apache-2.0
-- May this role do all that a flush does? $1: a flush registers rows too.
SELECT pg_catalog.has_table_privilege(c.oid, 'SELECT'::pg_catalog.text)
   AND (NOT $1::pg_catalog.bool OR pg_catalog.has_table_privilege(c.oid, 'INSERT'::pg_catalog.text))
   AND (SELECT pg_catalog.bool_and(pg_catalog.has_column_privilege(c.oid, a.attnum, 'UPDATE'::pg_catalog.text))
          FROM pg_catalog.pg_attribute AS a
         WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND NOT a.attisdropped
           AND a.attname OPERATOR(pg_catalog.=) ANY (ARRAY['value', 'error', 'collected_at']::pg_catalog.name[]))
  FROM pg_catalog.pg_class AS c
 WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass('workspace_agent_metadata'::pg_catalog.text)::pg_catalog.oid
