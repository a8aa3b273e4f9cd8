-- SPDX-License-Identifier: Apache-2.0
-- Writes a batch in one statement where the rows exist and hold nothing newer. `<=`: a repeated flush finds its own
-- stamps. By the generic plan, a nested loop over the arrays: rows are locked in the order of the arrays.
UPDATE workspace_agent_metadata AS m
   SET value = u.value, error = u.error, collected_at = u.collected_at
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
       AS u (agent, key, value, error, collected_at)
 WHERE m.workspace_agent_id = u.agent AND m.key = u.key AND m.collected_at <= u.collected_at
