-- SPDX-License-Identifier: Apache-2.0
-- How full is the notification queue, which open transaction is the oldest, and what time is it
-- there? A session that listens inside a long transaction keeps all that was notified since.
-- Transactions of others are visible to superusers and members of pg_read_all_stats only.
SELECT pg_catalog.pg_notification_queue_usage(), t.pid,
       (extract(epoch FROM pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) t.xact_start)::pg_catalog.numeric
         OPERATOR(pg_catalog.*) 1000::pg_catalog.numeric)::pg_catalog.int8,
       (extract(epoch FROM pg_catalog.clock_timestamp())::pg_catalog.numeric OPERATOR(pg_catalog.*) 1000000::pg_catalog.numeric)::pg_catalog.int8
  FROM (VALUES (0)) AS one (row)
  LEFT JOIN LATERAL (SELECT pid, xact_start FROM pg_catalog.pg_stat_activity
                      WHERE xact_start IS NOT NULL AND pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
                        AND backend_type OPERATOR(pg_catalog.=) 'client backend'::pg_catalog.text
                      ORDER BY xact_start LIMIT 1) AS t ON true
