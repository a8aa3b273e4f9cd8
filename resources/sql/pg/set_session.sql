-- SPDX-License-Identifier: Apache-2.0
-- For the session ($1 false) or for this transaction ($1 true, behind a pooler). The planner is held to a nested loop over the
-- arrays with an index scan inside: any other plan locks rows in another order, and at 5,000 of 300,000 rows it reads the
-- whole table.
SELECT set_config('plan_cache_mode', 'force_generic_plan', $1::bool), set_config('jit', 'off', $1::bool),
       set_config('enable_hashjoin', 'off', $1::bool), set_config('enable_mergejoin', 'off', $1::bool),
       set_config('enable_seqscan', 'off', $1::bool), set_config('enable_bitmapscan', 'off', $1::bool),
       set_config('TimeZone', 'UTC', $1::bool), set_config('statement_timeout', $2::text, $1::bool),
       set_config('lock_timeout', $3::text, $1::bool)
