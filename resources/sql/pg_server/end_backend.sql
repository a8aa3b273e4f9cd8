-- SPDX-License-Identifier: Apache-2.0
-- Ends the server process of this program's previous connection, which may still hold row locks.
-- Four things must match, so that no other process is ended: process id, start time, role and
-- application name.
SELECT pg_catalog.pg_terminate_backend(a.pid)
  FROM pg_catalog.pg_stat_activity AS a
 WHERE a.pid OPERATOR(pg_catalog.=) $1::pg_catalog.int4
   AND a.backend_start OPERATOR(pg_catalog.=) $2::pg_catalog.timestamptz
   AND a.usename OPERATOR(pg_catalog.=) current_user::pg_catalog.name
   AND a.application_name OPERATOR(pg_catalog.=) pg_catalog.current_setting('application_name'::pg_catalog.text)
   AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
