-- SPDX-License-Identifier: Apache-2.0
-- The columns of a control plane's table that say which agents may report. Nothing that exists is
-- altered.
CREATE TABLE IF NOT EXISTS workspace_agents (
  id pg_catalog.uuid PRIMARY KEY,
  auth_token pg_catalog.uuid NOT NULL UNIQUE
)
