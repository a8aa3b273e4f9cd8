-- SPDX-License-Identifier: Apache-2.0
-- Ids and tokens are canonical lower-case texts.
CREATE TABLE IF NOT EXISTS workspace_agents (id TEXT PRIMARY KEY NOT NULL, auth_token TEXT NOT NULL UNIQUE)
