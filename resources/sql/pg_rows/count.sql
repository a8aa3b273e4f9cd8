-- SPDX-License-Identifier: Apache-2.0
-- How many rows pass a filter, and of how many agents; of at most $2 rows.
SELECT pg_catalog.count(*), pg_catalog.count(DISTINCT workspace_agent_id)
  FROM (SELECT workspace_agent_id
          FROM workspace_agent_metadata
         WHERE $1::pg_catalog.text OPERATOR(pg_catalog.=) ''::pg_catalog.text
            OR pg_catalog.strpos(pg_catalog.lower(key::pg_catalog.text), pg_catalog.lower($1::pg_catalog.text)) OPERATOR(pg_catalog.>) 0::pg_catalog.int4
            OR pg_catalog.strpos(workspace_agent_id::pg_catalog.text, pg_catalog.lower($1::pg_catalog.text)) OPERATOR(pg_catalog.>) 0::pg_catalog.int4
            OR pg_catalog.strpos(pg_catalog.lower(value::pg_catalog.text), pg_catalog.lower($1::pg_catalog.text)) OPERATOR(pg_catalog.>) 0::pg_catalog.int4
            OR pg_catalog.strpos(pg_catalog.lower(error::pg_catalog.text), pg_catalog.lower($1::pg_catalog.text)) OPERATOR(pg_catalog.>) 0::pg_catalog.int4
         LIMIT $2::pg_catalog.int8) AS counted
