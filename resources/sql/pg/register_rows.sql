-- SPDX-License-Identifier: Apache-2.0
-- Creates the rows that are missing; their values come with a flush.
INSERT INTO workspace_agent_metadata (workspace_agent_id, display_name, key, script, timeout, interval)
SELECT u.agent, u.key, u.key, '', 0, 0 FROM unnest($1::uuid[], $2::text[]) AS u (agent, key)
ON CONFLICT DO NOTHING
