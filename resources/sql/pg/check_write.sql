-- SPDX-License-Identifier: Apache-2.0
-- Asks for all that a flush needs (table, columns, privileges) and changes nothing.
UPDATE workspace_agent_metadata SET value = value, error = error, collected_at = collected_at
 WHERE workspace_agent_id = '00000000-0000-0000-0000-000000000000' AND key = '' AND false
