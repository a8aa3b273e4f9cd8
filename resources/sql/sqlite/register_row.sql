-- SPDX-License-Identifier: Apache-2.0
-- Creates the row of one (agent, key) where it is missing; its value comes with the first flush.
INSERT OR IGNORE INTO workspace_agent_metadata (workspace_agent_id, display_name, key, script, timeout, interval)
VALUES (?1, ?2, ?2, '', 0, 0)
