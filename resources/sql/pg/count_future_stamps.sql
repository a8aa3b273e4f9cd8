-- SPDX-License-Identifier: Apache-2.0
-- Counts rows dated more than a minute ahead of the server's clock. Until that time such a row
-- refuses every report. The stamp `infinity` does so for ever; before PostgreSQL 17 nothing could
-- be subtracted from it.
SELECT pg_catalog.count(*),
       CASE WHEN pg_catalog.isfinite(pg_catalog.max(collected_at))
            THEN (extract(epoch FROM pg_catalog.max(collected_at) OPERATOR(pg_catalog.-) pg_catalog.clock_timestamp()))::pg_catalog.float8
            WHEN pg_catalog.count(*) OPERATOR(pg_catalog.=) 0 THEN 0::pg_catalog.float8
            ELSE 'Infinity'::pg_catalog.float8 END
  FROM workspace_agent_metadata
 WHERE collected_at OPERATOR(pg_catalog.>) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.+) '1 minute'::pg_catalog.interval)
