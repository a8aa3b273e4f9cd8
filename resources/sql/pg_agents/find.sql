-- SPDX-License-Identifier: Apache-2.0
SELECT pg_catalog.to_regclass('workspace_agents'::pg_catalog.text) IS NOT NULL
