-- SPDX-License-Identifier: Apache-2.0
-- Creates the missing rows; the UPDATE that follows writes their values. Existing rows are left out
-- before the insert, because a conflict there costs more.
INSERT INTO workspace_agent_metadata (workspace_agent_id, display_name, key, script, timeout, interval)
SELECT u.agent, u.key, u.key, ''::pg_catalog.text, 0::pg_catalog.int8, 0::pg_catalog.int8
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.uuid[]), pg_catalog.unnest($2::pg_catalog.text[])) AS u (agent, key)
 WHERE NOT EXISTS (SELECT FROM workspace_agent_metadata AS m
                    WHERE m.workspace_agent_id OPERATOR(pg_catalog.=) u.agent AND m.key::pg_catalog.text OPERATOR(pg_catalog.=) u.key)
ON CONFLICT DO NOTHING
