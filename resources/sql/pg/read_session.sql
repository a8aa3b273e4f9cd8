-- SPDX-License-Identifier: Apache-2.0
-- Who answers, and when? A pooler gives its clients a process id of its own, not that of the server process.
SELECT pg_backend_pid(), (extract(epoch FROM clock_timestamp()) * 1000000)::int8
