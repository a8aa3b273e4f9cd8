-- SPDX-License-Identifier: Apache-2.0
-- How full is the queue of notifications, and which open transaction is the oldest? A session that listens and sits in one
-- keeps all that was notified since. Transactions of others show to superusers and members of pg_read_all_stats only.
SELECT pg_notification_queue_usage(), t.pid, (extract(epoch FROM clock_timestamp() - t.xact_start) * 1000)::int8
  FROM (VALUES (0)) AS one (row)
  LEFT JOIN LATERAL (SELECT pid, xact_start FROM pg_stat_activity
                      WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND backend_type = 'client backend'
                      ORDER BY xact_start LIMIT 1) AS t ON true
