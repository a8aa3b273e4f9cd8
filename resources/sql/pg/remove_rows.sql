-- SPDX-License-Identifier: Apache-2.0
DELETE FROM workspace_agent_metadata WHERE workspace_agent_id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid
