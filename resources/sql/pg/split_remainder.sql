-- SPDX-License-Identifier: Apache-2.0
-- Of a batch that was written, the entries that can be among those not written: no row (true), or a newer one (false).
-- The number is that of the entry, from 1.
SELECT u.number::int4, m.key IS NULL
  FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) WITH ORDINALITY AS u (agent, key, collected_at, number)
  LEFT JOIN workspace_agent_metadata AS m ON m.workspace_agent_id = u.agent AND m.key = u.key
 WHERE m.key IS NULL OR m.collected_at > u.collected_at
