-- SPDX-License-Identifier: Apache-2.0
SELECT pg_catalog.current_setting('server_version'::pg_catalog.text) AS version,
       pg_catalog.current_setting('server_version_num'::pg_catalog.text) AS version_number,
       pg_catalog.pg_is_in_recovery() AS is_standby,
       pg_catalog.current_setting('default_transaction_read_only'::pg_catalog.text) AS read_only,
       pg_catalog.current_setting('row_security'::pg_catalog.text) AS row_security,
       pg_catalog.current_setting('server_encoding'::pg_catalog.text) AS encoding,
       pg_catalog.pg_notification_queue_usage() AS queue_usage,
       (SELECT pid FROM pg_catalog.pg_stat_activity
         WHERE xact_start IS NOT NULL AND pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
           AND backend_type OPERATOR(pg_catalog.=) 'client backend'::pg_catalog.text
         ORDER BY xact_start LIMIT 1) AS oldest_transaction,
       extract(epoch FROM pg_catalog.clock_timestamp()) AS now,
       coalesce((SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()), false) AS tls,
       current_user AS role
