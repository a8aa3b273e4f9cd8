-- SPDX-License-Identifier: Apache-2.0
-- A page of rows for people, filtered here. Microseconds since 1970; a time that is infinite is
-- shown as none.
SELECT workspace_agent_id, key, value, error,
       CASE WHEN pg_catalog.isfinite(collected_at)
            THEN (extract(epoch FROM collected_at)::pg_catalog.numeric OPERATOR(pg_catalog.*) 1000000::pg_catalog.numeric)::pg_catalog.int8
            ELSE 0::pg_catalog.int8 END
  FROM workspace_agent_metadata
 WHERE $1::pg_catalog.text OPERATOR(pg_catalog.=) ''::pg_catalog.text
    OR pg_catalog.strpos(pg_catalog.lower(key::pg_catalog.text), pg_catalog.lower($1::pg_catalog.text)) OPERATOR(pg_catalog.>) 0::pg_catalog.int4
    OR pg_catalog.strpos(workspace_agent_id::pg_catalog.text, pg_catalog.lower($1::pg_catalog.text)) OPERATOR(pg_catalog.>) 0::pg_catalog.int4
    OR pg_catalog.strpos(pg_catalog.lower(value::pg_catalog.text), pg_catalog.lower($1::pg_catalog.text)) OPERATOR(pg_catalog.>) 0::pg_catalog.int4
    OR pg_catalog.strpos(pg_catalog.lower(error::pg_catalog.text), pg_catalog.lower($1::pg_catalog.text)) OPERATOR(pg_catalog.>) 0::pg_catalog.int4
 ORDER BY workspace_agent_id, key
 LIMIT $2::pg_catalog.int8 OFFSET $3::pg_catalog.int8
