-- SPDX-License-Identifier: Apache-2.0
-- Removes all rows of some agents, such as those of a simulated fleet.
DELETE FROM workspace_agent_metadata WHERE workspace_agent_id OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.uuid[])
