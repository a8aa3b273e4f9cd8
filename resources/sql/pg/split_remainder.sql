-- SPDX-License-Identifier: Apache-2.0
-- Lists the entries of a batch that may not have been written: there is no row (true) or a newer
-- one (false). The stamp of the row is in microseconds since 1970; the number is that of the entry,
-- from 1.
SELECT u.number::pg_catalog.int4, m.key IS NULL,
       CASE WHEN pg_catalog.isfinite(m.collected_at)
            THEN (extract(epoch FROM m.collected_at)::pg_catalog.numeric OPERATOR(pg_catalog.*) 1000000::pg_catalog.numeric)::pg_catalog.int8 END
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.uuid[]), pg_catalog.unnest($2::pg_catalog.text[]), pg_catalog.unnest($3::pg_catalog.timestamptz[])) WITH ORDINALITY
         AS u (agent, key, collected_at, number)
  LEFT JOIN workspace_agent_metadata AS m
    ON m.workspace_agent_id OPERATOR(pg_catalog.=) u.agent AND m.key::pg_catalog.text OPERATOR(pg_catalog.=) u.key
 WHERE m.key IS NULL OR m.collected_at OPERATOR(pg_catalog.>) u.collected_at
