-- SPDX-License-Identifier: Apache-2.0
SELECT a.id, m.key
  FROM workspace_agents AS a
  LEFT JOIN workspace_agent_metadata AS m ON m.workspace_agent_id OPERATOR(pg_catalog.=) a.id
 ORDER BY a.id, m.key
