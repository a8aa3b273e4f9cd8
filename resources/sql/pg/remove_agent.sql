-- SPDX-License-Identifier: Apache-2.0
DELETE FROM workspace_agents WHERE id = $1::uuid
