-- SPDX-License-Identifier: Apache-2.0
-- Rows dated over a minute ahead of the server's clock: they refuse every report until then.
SELECT pg_catalog.count(*),
       coalesce((extract(epoch FROM pg_catalog.max(collected_at) OPERATOR(pg_catalog.-) pg_catalog.clock_timestamp()))::pg_catalog.float8, 0::pg_catalog.float8)
  FROM workspace_agent_metadata
 WHERE collected_at OPERATOR(pg_catalog.>) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.+) '1 minute'::pg_catalog.interval)
