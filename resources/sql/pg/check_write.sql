-- SPDX-License-Identifier: Apache-2.0
-- Needs all that a flush needs (table, columns, privileges) and changes nothing.
UPDATE workspace_agent_metadata SET value = value, error = error, collected_at = collected_at
 WHERE workspace_agent_id OPERATOR(pg_catalog.=) '00000000-0000-0000-0000-000000000000'::pg_catalog.uuid AND false
