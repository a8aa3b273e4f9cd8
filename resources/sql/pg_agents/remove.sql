-- SPDX-License-Identifier: Apache-2.0
DELETE FROM workspace_agents WHERE id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid
