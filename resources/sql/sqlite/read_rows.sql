-- SPDX-License-Identifier: Apache-2.0
SELECT key, display_name, script, interval, timeout, value, error, collected_at
  FROM workspace_agent_metadata WHERE workspace_agent_id = ?1 ORDER BY display_order, key
