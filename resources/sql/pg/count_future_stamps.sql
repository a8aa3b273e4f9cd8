-- SPDX-License-Identifier: Apache-2.0
-- Rows that no honest clock will replace for a while.
SELECT count(*) FROM workspace_agent_metadata WHERE collected_at > clock_timestamp() + interval '1 minute'
