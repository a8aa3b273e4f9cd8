-- SPDX-License-Identifier: Apache-2.0
-- The columns of the PostgreSQL table. collected_at counts microseconds since 1970-01-01T00:00:00Z
-- (the default is year 1, as there); workspace_agent_id is the canonical lower-case text, whose
-- byte order is that of the raw id. WITHOUT ROWID: the rows lie in the order of their key, in which
-- a flush writes them, and need no index beside them.
CREATE TABLE IF NOT EXISTS workspace_agent_metadata (
  workspace_agent_id TEXT NOT NULL,
  display_name TEXT NOT NULL,
  key TEXT NOT NULL,
  script TEXT NOT NULL,
  value TEXT NOT NULL DEFAULT '',
  error TEXT NOT NULL DEFAULT '',
  timeout INTEGER NOT NULL,
  interval INTEGER NOT NULL,
  collected_at INTEGER NOT NULL DEFAULT -62135596800000000,
  display_order INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_agent_id, key)
) WITHOUT ROWID
