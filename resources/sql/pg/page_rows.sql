-- SPDX-License-Identifier: Apache-2.0
-- A page of rows for people, filtered here. Microseconds since 1970; a time that is infinite is shown as none.
SELECT workspace_agent_id, key, value, error,
       CASE WHEN isfinite(collected_at) THEN CAST(extract(epoch FROM collected_at) * 1000000 AS bigint) ELSE 0 END
  FROM workspace_agent_metadata
 WHERE $1 = ''
    OR strpos(lower(key), lower($1)) > 0
    OR strpos(CAST(workspace_agent_id AS text), lower($1)) > 0
    OR strpos(lower(value), lower($1)) > 0
    OR strpos(lower(error), lower($1)) > 0
 ORDER BY workspace_agent_id, key
 LIMIT CAST($2 AS bigint) OFFSET CAST($3 AS bigint)
