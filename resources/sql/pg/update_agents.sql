-- SPDX-License-Identifier: Apache-2.0
-- Writes the same as update_entries.sql, with one range scan of the primary key an agent. An
-- agent's keys, values and errors are joined by U+001F, its keys in the order of their bytes; no
-- errors at all: ''. OFFSET 0: each text is split once, not once a row.
UPDATE workspace_agent_metadata AS m
   SET value = coalesce(u.vals[pg_catalog.width_bucket(m.key::pg_catalog.text COLLATE pg_catalog."C", u.keys)], ''::pg_catalog.text),
       error = coalesce(u.errors[pg_catalog.width_bucket(m.key::pg_catalog.text COLLATE pg_catalog."C", u.keys)], ''::pg_catalog.text),
       collected_at = u.collected_at
  FROM (SELECT a.agent, pg_catalog.string_to_array(a.keys, E'\x1f'::pg_catalog.text) AS keys,
               pg_catalog.string_to_array(a.vals, E'\x1f'::pg_catalog.text) AS vals,
               CASE WHEN a.errors OPERATOR(pg_catalog.<>) ''::pg_catalog.text
                    THEN pg_catalog.string_to_array(a.errors, E'\x1f'::pg_catalog.text) END AS errors,
               a.collected_at
          FROM (SELECT pg_catalog.unnest($1::pg_catalog.uuid[]) AS agent, pg_catalog.unnest($2::pg_catalog.text[]) AS keys,
                       pg_catalog.unnest($3::pg_catalog.text[]) AS vals, pg_catalog.unnest($4::pg_catalog.text[]) AS errors,
                       pg_catalog.unnest($5::pg_catalog.timestamptz[]) AS collected_at) AS a
        OFFSET 0) AS u
 WHERE m.workspace_agent_id OPERATOR(pg_catalog.=) u.agent
   AND u.keys[pg_catalog.width_bucket(m.key::pg_catalog.text COLLATE pg_catalog."C", u.keys)] OPERATOR(pg_catalog.=) m.key::pg_catalog.text
   AND m.collected_at OPERATOR(pg_catalog.<=) u.collected_at
