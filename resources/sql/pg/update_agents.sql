-- SPDX-License-Identifier: Apache-2.0
-- Writes the same as update_entries.sql, one range scan of the primary key an agent. An agent's keys, values and errors are joined
-- by U+001F, its keys in the order of their bytes; no errors at all: ''. OFFSET 0: each text is split once, not once a row.
UPDATE workspace_agent_metadata AS m
   SET value = coalesce(u.vals[width_bucket(m.key::text COLLATE "C", u.keys)], ''),
       error = coalesce(u.errors[width_bucket(m.key::text COLLATE "C", u.keys)], ''), collected_at = u.collected_at
  FROM (SELECT a.agent, string_to_array(a.keys, E'\x1f') AS keys, string_to_array(a.vals, E'\x1f') AS vals,
               string_to_array(nullif(a.errors, ''), E'\x1f') AS errors, a.collected_at
          FROM (SELECT unnest($1::uuid[]) AS agent, unnest($2::text[]) AS keys, unnest($3::text[]) AS vals,
                       unnest($4::text[]) AS errors, unnest($5::timestamptz[]) AS collected_at) AS a
        OFFSET 0) AS u
 WHERE m.workspace_agent_id = u.agent AND u.keys[width_bucket(m.key::text COLLATE "C", u.keys)] = m.key
   AND m.collected_at <= u.collected_at
