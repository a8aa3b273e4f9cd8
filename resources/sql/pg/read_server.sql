-- SPDX-License-Identifier: Apache-2.0
SELECT current_setting('server_version') AS version, current_setting('server_version_num') AS version_number,
       pg_is_in_recovery() AS is_standby, current_setting('default_transaction_read_only') AS read_only,
       current_setting('server_encoding') AS encoding, pg_notification_queue_usage() AS queue_usage,
       (SELECT pid FROM pg_stat_activity WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND backend_type = 'client backend'
         ORDER BY xact_start LIMIT 1) AS oldest_transaction,
       extract(epoch FROM clock_timestamp()) AS now,
       coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS tls, current_user AS role
