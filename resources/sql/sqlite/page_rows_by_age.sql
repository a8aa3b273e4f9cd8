-- SPDX-License-Identifier: Apache-2.0
-- A page of rows for people, filtered here: the oldest first, or with :direction = -1 the newest.
SELECT workspace_agent_id, key, value, error, collected_at
  FROM workspace_agent_metadata
 WHERE :filter = ''
    OR instr(lower(key), lower(:filter)) > 0
    OR instr(workspace_agent_id, lower(:filter)) > 0
    OR instr(lower(value), lower(:filter)) > 0
    OR instr(lower(error), lower(:filter)) > 0
 ORDER BY collected_at * :direction, workspace_agent_id, key
 LIMIT :count OFFSET :from
