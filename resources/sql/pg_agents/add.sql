-- SPDX-License-Identifier: Apache-2.0
INSERT INTO workspace_agents (id, auth_token) VALUES ($1::pg_catalog.uuid, $2::pg_catalog.uuid)
ON CONFLICT (id) DO UPDATE SET auth_token = excluded.auth_token
