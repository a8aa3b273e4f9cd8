-- SPDX-License-Identifier: Apache-2.0
-- Writes one entry where its row exists and holds nothing newer. `<=`: a repeated flush finds its
-- own stamp.
UPDATE workspace_agent_metadata
   SET value = ?3, error = ?4, collected_at = ?5
 WHERE workspace_agent_id = ?1 AND key = ?2 AND collected_at <= ?5
