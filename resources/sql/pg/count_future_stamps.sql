-- SPDX-License-Identifier: Apache-2.0
-- Counts rows dated more than a minute ahead of the server's clock. Until that time such a row
-- refuses every report.
SELECT pg_catalog.count(*),
       coalesce((extract(epoch FROM pg_catalog.max(collected_at) OPERATOR(pg_catalog.-) pg_catalog.clock_timestamp()))::pg_catalog.float8, 0::pg_catalog.float8)
  FROM workspace_agent_metadata
 WHERE collected_at OPERATOR(pg_catalog.>) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.+) '1 minute'::pg_catalog.interval)
