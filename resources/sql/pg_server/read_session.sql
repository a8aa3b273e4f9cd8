-- SPDX-License-Identifier: Apache-2.0
-- Which server process answers, when did it start, and what time is it there? A pooler gives its
-- clients a process id of its own, not that of the server process.
SELECT pg_catalog.pg_backend_pid(),
       (extract(epoch FROM pg_catalog.clock_timestamp())::pg_catalog.numeric OPERATOR(pg_catalog.*) 1000000::pg_catalog.numeric)::pg_catalog.int8,
       (SELECT backend_start::pg_catalog.text FROM pg_catalog.pg_stat_activity
         WHERE pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid())
