-- SPDX-License-Identifier: Apache-2.0
SELECT id, auth_token FROM workspace_agents WHERE auth_token = ?1 OR id = ?1
