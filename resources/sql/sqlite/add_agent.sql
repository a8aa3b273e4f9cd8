-- SPDX-License-Identifier: Apache-2.0
INSERT INTO workspace_agents (id, auth_token) VALUES (?1, ?2)
ON CONFLICT (id) DO UPDATE SET auth_token = excluded.auth_token
