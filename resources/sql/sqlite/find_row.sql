-- SPDX-License-Identifier: Apache-2.0
-- Distinguishes a row that is newer than the entry (rows_stale) from a missing one (unmatched).
SELECT 1 FROM workspace_agent_metadata WHERE workspace_agent_id = ?1 AND key = ?2
