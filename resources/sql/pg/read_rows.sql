-- SPDX-License-Identifier: Apache-2.0
-- infinity is legal and no time: as the largest and least that there is.
SELECT workspace_agent_id, key, display_name, script, interval, timeout, value, error,
       CASE WHEN isfinite(collected_at) THEN (extract(epoch FROM collected_at) * 1000000)::int8
            WHEN collected_at > '2000-01-01' THEN 9223372036854775807 ELSE -9223372036854775808 END
  FROM workspace_agent_metadata WHERE workspace_agent_id = ANY ($1::uuid[])
 ORDER BY workspace_agent_id, display_order, key
