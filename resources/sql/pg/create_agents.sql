-- SPDX-License-Identifier: Apache-2.0
-- The part of a control plane's table that is needed to know who reports. Nothing that exists is altered.
CREATE TABLE IF NOT EXISTS workspace_agents (id uuid PRIMARY KEY, auth_token uuid NOT NULL UNIQUE)
