-- SPDX-License-Identifier: Apache-2.0
-- Whether the tables are here with which a control plane says which build of a workspace is the
-- latest.
SELECT pg_catalog.bool_and(pg_catalog.to_regclass(t.name) IS NOT NULL)
  FROM pg_catalog.unnest(ARRAY['workspaces', 'workspace_builds', 'workspace_resources', 'provisioner_jobs']::pg_catalog.text[]) AS t (name)
