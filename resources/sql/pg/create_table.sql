-- SPDX-License-Identifier: Apache-2.0
-- As Coder creates it; a fillfactor of 60 leaves room to rewrite a row on its own page, so that no index entry is ever
-- written by a flush. Nothing that exists is altered.
CREATE UNLOGGED TABLE IF NOT EXISTS workspace_agent_metadata (
  workspace_agent_id uuid NOT NULL,
  display_name varchar(127) NOT NULL,
  key varchar(127) NOT NULL,
  script varchar(65535) NOT NULL,
  value varchar(65535) NOT NULL DEFAULT '',
  error varchar(65535) NOT NULL DEFAULT '',
  timeout bigint NOT NULL,
  interval bigint NOT NULL,
  collected_at timestamptz NOT NULL DEFAULT '0001-01-01 00:00:00+00',
  display_order integer NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_agent_id, key)
) WITH (fillfactor = 60)
