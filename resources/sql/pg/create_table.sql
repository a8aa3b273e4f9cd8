-- SPDX-License-Identifier: Apache-2.0
-- As Coder creates it. A fillfactor of 60 leaves space to rewrite a row on its own page, so that a
-- flush writes no index entry. Nothing that exists is altered.
CREATE UNLOGGED TABLE IF NOT EXISTS workspace_agent_metadata (
  workspace_agent_id pg_catalog.uuid NOT NULL,
  display_name pg_catalog.varchar(127) NOT NULL,
  key pg_catalog.varchar(127) NOT NULL,
  script pg_catalog.varchar(65535) NOT NULL,
  value pg_catalog.varchar(65535) NOT NULL DEFAULT '',
  error pg_catalog.varchar(65535) NOT NULL DEFAULT '',
  timeout pg_catalog.int8 NOT NULL,
  interval pg_catalog.int8 NOT NULL,
  collected_at pg_catalog.timestamptz NOT NULL DEFAULT '0001-01-01 00:00:00+00',
  display_order pg_catalog.int4 NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_agent_id, key)
) WITH (fillfactor = 60)
