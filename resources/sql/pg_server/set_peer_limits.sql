-- SPDX-License-Identifier: Apache-2.0
-- On a direct TCP connection: a server that lost this client releases its locks within 30 s.
-- Settings that this server does not have are left out.
SELECT pg_catalog.set_config(s.name, v.setting, false)
  FROM (VALUES ('tcp_keepalives_idle'::pg_catalog.text, '10'::pg_catalog.text), ('tcp_keepalives_interval', '5'),
               ('tcp_keepalives_count', '3'), ('tcp_user_timeout', '25s'),
               ('client_connection_check_interval', '10s')) AS v (name, setting)
  JOIN pg_catalog.pg_settings AS s ON s.name OPERATOR(pg_catalog.=) v.name
