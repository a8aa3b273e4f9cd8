-- SPDX-License-Identifier: Apache-2.0
-- How many rows pass a filter, and of how many agents; of at most :count rows.
SELECT count(*), count(DISTINCT workspace_agent_id)
  FROM (SELECT workspace_agent_id
          FROM workspace_agent_metadata
         WHERE :filter = ''
            OR instr(lower(key), lower(:filter)) > 0
            OR instr(workspace_agent_id, lower(:filter)) > 0
            OR instr(lower(value), lower(:filter)) > 0
            OR instr(lower(error), lower(:filter)) > 0
         LIMIT :count)
