-- SPDX-License-Identifier: Apache-2.0
-- For the session ($1 false) or for this transaction ($1 true, behind a pooler). The planner is
-- held to a nested loop over the arrays with an index scan inside: any other plan locks rows in
-- another order, and at 5,000 of 300,000 rows it reads the whole table.
SELECT pg_catalog.set_config(s.name, s.setting, $1::pg_catalog.bool)
  FROM (VALUES ('plan_cache_mode'::pg_catalog.text, 'force_generic_plan'::pg_catalog.text), ('jit', 'off'), ('enable_hashjoin', 'off'),
               ('enable_mergejoin', 'off'), ('enable_seqscan', 'off'), ('enable_bitmapscan', 'off'), ('TimeZone', 'UTC'),
               ('statement_timeout', $2::pg_catalog.text), ('lock_timeout', $3::pg_catalog.text)) AS s (name, setting)
