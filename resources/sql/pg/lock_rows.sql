-- SPDX-License-Identifier: Apache-2.0
-- Locks the rows of a batch that nobody else has locked, in the order of the arrays. Returns the
-- numbers of their entries, from 1. It waits for a lock on the table, and then fails with 55P03.
SELECT u.number::pg_catalog.int4
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.uuid[]), pg_catalog.unnest($2::pg_catalog.text[])) WITH ORDINALITY AS u (agent, key, number)
  JOIN workspace_agent_metadata AS m
    ON m.workspace_agent_id OPERATOR(pg_catalog.=) u.agent AND m.key::pg_catalog.text OPERATOR(pg_catalog.=) u.key
   FOR NO KEY UPDATE OF m SKIP LOCKED
