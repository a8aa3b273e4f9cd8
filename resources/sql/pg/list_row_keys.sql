-- SPDX-License-Identifier: Apache-2.0
-- Which row does each entry of a batch match? The number is that of the entry, from 1; the key is that of the row. Entries
-- with two keys that the column's collation calls equal match one row.
SELECT u.number::pg_catalog.int4, m.key::pg_catalog.text
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.uuid[]), pg_catalog.unnest($2::pg_catalog.text[])) WITH ORDINALITY AS u (agent, key, number)
  JOIN workspace_agent_metadata AS m
    ON m.workspace_agent_id OPERATOR(pg_catalog.=) u.agent AND m.key::pg_catalog.text OPERATOR(pg_catalog.=) u.key
