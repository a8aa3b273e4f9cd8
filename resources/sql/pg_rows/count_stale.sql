-- SPDX-License-Identifier: Apache-2.0
-- Counts the rows that watchers show as stale once they have not been written for $1 ms, those that
-- may become stale at all, and the shortest time in ms after which one of them does.
SELECT pg_catalog.count(*) FILTER (WHERE stale_after OPERATOR(pg_catalog.<=) $1::pg_catalog.int8),
       pg_catalog.count(*), coalesce(pg_catalog.min(stale_after), 0::pg_catalog.int8)
  FROM (SELECT CASE WHEN (interval OPERATOR(pg_catalog.+) (timeout OPERATOR(pg_catalog.*) 2::pg_catalog.int8)) OPERATOR(pg_catalog.<) 5::pg_catalog.int8
                    THEN 5000::pg_catalog.int8
                    ELSE (interval OPERATOR(pg_catalog.+) (timeout OPERATOR(pg_catalog.*) 2::pg_catalog.int8)) OPERATOR(pg_catalog.*) 1000::pg_catalog.int8
               END AS stale_after
          FROM workspace_agent_metadata WHERE interval OPERATOR(pg_catalog.>) 0::pg_catalog.int8) AS limits
