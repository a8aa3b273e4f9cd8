-- SPDX-License-Identifier: Apache-2.0
-- Creates the row of one (agent, key) where it is missing; its value comes with the UPDATE that follows. A row that the table
-- refuses is an error: OR IGNORE would pass over it in silence.
INSERT INTO workspace_agent_metadata (workspace_agent_id, display_name, key, script, timeout, interval)
VALUES (?1, ?2, ?2, '', 0, 0)
ON CONFLICT (workspace_agent_id, key) DO NOTHING
