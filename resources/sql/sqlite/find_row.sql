-- SPDX-License-Identifier: Apache-2.0
-- Tells a row left alone by the guard (rows_stale) from one that is missing (unmatched).
SELECT 1 FROM workspace_agent_metadata WHERE workspace_agent_id = ?1 AND key = ?2
