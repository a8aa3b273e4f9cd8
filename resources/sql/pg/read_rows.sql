-- SPDX-License-Identifier: Apache-2.0
-- PostgreSQL accepts infinity as a time. It is read as the largest or the smallest number.
SELECT workspace_agent_id, key, display_name, script, interval, timeout, value, error,
       CASE WHEN pg_catalog.isfinite(collected_at)
            THEN (extract(epoch FROM collected_at)::pg_catalog.numeric OPERATOR(pg_catalog.*) 1000000::pg_catalog.numeric)::pg_catalog.int8
            WHEN collected_at OPERATOR(pg_catalog.>) '2000-01-01'::pg_catalog.timestamptz THEN 9223372036854775807
            ELSE '-9223372036854775808'::pg_catalog.int8 END
  FROM workspace_agent_metadata WHERE workspace_agent_id OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.uuid[])
 ORDER BY workspace_agent_id, display_order, key
