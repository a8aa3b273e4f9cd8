-- SPDX-License-Identifier: Apache-2.0
-- The agents and their tokens where no control plane says which build is the latest. $2: all of
-- them; else those with one of the tokens or ids in $1, found through the unique indexes. A control
-- plane may mark agents as deleted; a table of our own has no such column, and then the name means
-- the one outside.
SELECT a.id, a.auth_token, NULL::pg_catalog.uuid AS owner_id
  FROM (VALUES (false)) AS otherwise (deleted)
 CROSS JOIN LATERAL (
   SELECT id, auth_token FROM workspace_agents
    WHERE auth_token IS NOT NULL AND NOT deleted
      AND ($2::pg_catalog.bool OR auth_token OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.uuid[])
           OR id OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.uuid[]))) AS a
