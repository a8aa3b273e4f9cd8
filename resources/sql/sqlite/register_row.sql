-- SPDX-License-Identifier: Apache-2.0
-- Creates the row of one (agent, key) if it is missing; the UPDATE that follows writes its value. A
-- row that the table refuses is an error; OR IGNORE would hide it.
INSERT INTO workspace_agent_metadata (workspace_agent_id, display_name, key, script, timeout, interval)
VALUES (?1, ?2, ?2, '', 0, 0)
ON CONFLICT (workspace_agent_id, key) DO NOTHING
