-- SPDX-License-Identifier: Apache-2.0
-- Writes a batch in one statement where the rows exist and hold nothing newer. `<=`: a repeated flush finds its own
-- stamps. By the generic plan, a nested loop over the arrays: rows are locked in the order of the arrays. Unnested in the
-- list of columns, the arrays are read as they go; in FROM they would be copied first. No errors at all: an empty array.
UPDATE workspace_agent_metadata AS m
   SET value = u.value, error = coalesce(u.error, ''), collected_at = u.collected_at
  FROM (SELECT unnest($1::uuid[]) AS agent, unnest($2::text[]) AS key, unnest($3::text[]) AS value,
               unnest($4::text[]) AS error, unnest($5::timestamptz[]) AS collected_at) AS u
 WHERE m.workspace_agent_id = u.agent AND m.key = u.key AND m.collected_at <= u.collected_at
