-- SPDX-License-Identifier: Apache-2.0
-- As read_tokens.sql, but only the agents with one of these tokens or ids, found through the unique indexes.
SELECT a.id, a.auth_token FROM (VALUES (false)) AS otherwise (deleted)
 CROSS JOIN LATERAL (
   SELECT id, auth_token FROM workspace_agents
    WHERE auth_token OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.uuid[]) AND NOT deleted
   UNION
   SELECT id, auth_token FROM workspace_agents
    WHERE id OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.uuid[]) AND auth_token IS NOT NULL AND NOT deleted) AS a
