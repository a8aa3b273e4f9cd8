-- SPDX-License-Identifier: Apache-2.0
-- A control plane may mark agents as deleted; a table of our own has no such column, and then the name means the one outside.
SELECT a.id, a.auth_token FROM (VALUES (false)) AS otherwise (deleted)
 CROSS JOIN LATERAL (SELECT id, auth_token FROM workspace_agents WHERE auth_token IS NOT NULL AND NOT deleted) AS a
