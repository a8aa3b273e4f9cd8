-- SPDX-License-Identifier: Apache-2.0
-- Writes a batch in one statement where the rows exist and hold nothing newer. `<=`: a repeated
-- flush finds its own stamps. By the generic plan, a nested loop over the arrays: rows are locked
-- in the order of the arrays. Unnested in the list of columns, the arrays are read as they go; in
-- FROM they would be copied first. No errors at all: an empty array.
UPDATE workspace_agent_metadata AS m
   SET value = u.value, error = coalesce(u.error, ''::pg_catalog.text), collected_at = u.collected_at
  FROM (SELECT pg_catalog.unnest($1::pg_catalog.uuid[]) AS agent, pg_catalog.unnest($2::pg_catalog.text[]) AS key,
               pg_catalog.unnest($3::pg_catalog.text[]) AS value, pg_catalog.unnest($4::pg_catalog.text[]) AS error,
               pg_catalog.unnest($5::pg_catalog.timestamptz[]) AS collected_at) AS u
 WHERE m.workspace_agent_id OPERATOR(pg_catalog.=) u.agent AND m.key::pg_catalog.text OPERATOR(pg_catalog.=) u.key
   AND m.collected_at OPERATOR(pg_catalog.<=) u.collected_at
