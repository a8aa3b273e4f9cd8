-- SPDX-License-Identifier: Apache-2.0
-- Counts the rows that watchers show as stale once they have not been written for ?1 ms, those that
-- may become stale at all, and the shortest time in ms after which one of them does.
SELECT count(*) FILTER (WHERE stale_after <= CAST(?1 AS INTEGER)), count(*), coalesce(min(stale_after), 0)
  FROM (SELECT max((interval + timeout * 2) * 1000, 5000) AS stale_after
          FROM workspace_agent_metadata WHERE interval > 0)
