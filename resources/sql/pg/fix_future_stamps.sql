-- SPDX-License-Identifier: Apache-2.0
-- Sets the stamps that lie ahead of the server's clock back to now, so that reports are taken
-- again. Values stay.
UPDATE workspace_agent_metadata SET collected_at = pg_catalog.clock_timestamp()
 WHERE collected_at OPERATOR(pg_catalog.>) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.+) '1 minute'::pg_catalog.interval)
