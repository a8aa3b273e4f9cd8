-- SPDX-License-Identifier: Apache-2.0
-- Finds the row that each entry of a batch matches. The number is that of the entry, from 1; the
-- key is that of the row. Two keys that the column's collation treats as equal match one row.
SELECT u.number::pg_catalog.int4, m.key::pg_catalog.text
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.uuid[]), pg_catalog.unnest($2::pg_catalog.text[])) WITH ORDINALITY AS u (agent, key, number)
  JOIN workspace_agent_metadata AS m
    ON m.workspace_agent_id OPERATOR(pg_catalog.=) u.agent AND m.key::pg_catalog.text OPERATOR(pg_catalog.=) u.key
