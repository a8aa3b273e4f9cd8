-- SPDX-License-Identifier: Apache-2.0
-- Sets the description of one row. An empty text leaves a column as it is.
UPDATE workspace_agent_metadata
   SET display_name = coalesce(nullif(?3, ''), display_name),
       script = coalesce(nullif(?4, ''), script),
       interval = coalesce(CAST(nullif(?5, '') AS INTEGER), interval),
       timeout = coalesce(CAST(nullif(?6, '') AS INTEGER), timeout),
       display_order = coalesce(CAST(nullif(?7, '') AS INTEGER), display_order)
 WHERE workspace_agent_id = ?1 AND key = ?2
