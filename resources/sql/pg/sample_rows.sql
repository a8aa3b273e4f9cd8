-- SPDX-License-Identifier: Apache-2.0
-- Do the keys of an agent lie in the order of their bytes in the index, and how many rows have these agents? to_jsonb: servers
-- before 15 and after 16 name the columns of a locale in other ways.
SELECT current_setting('server_encoding') = 'UTF8' AND EXISTS (
         SELECT FROM pg_index AS i
           JOIN pg_attribute AS agent ON agent.attrelid = i.indrelid AND agent.attnum = i.indkey[0]
           JOIN pg_attribute AS key ON key.attrelid = i.indrelid AND key.attnum = i.indkey[1]
           JOIN pg_collation AS c ON c.oid = i.indcollation[1] AND c.oid = key.attcollation
           JOIN pg_database AS d ON d.datname = current_database()
          CROSS JOIN LATERAL (SELECT to_jsonb(c) AS c, to_jsonb(d) AS d, c.collprovider = 'd' AS is_default) AS j
          WHERE i.indrelid = to_regclass('workspace_agent_metadata') AND agent.attname = 'workspace_agent_id' AND key.attname = 'key'
            AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 2 AND i.indoption[0] = 0 AND i.indoption[1] = 0
            AND CASE CASE WHEN j.is_default THEN coalesce(j.d ->> 'datlocprovider', 'c') ELSE c.collprovider::text END
                  WHEN 'c' THEN CASE WHEN j.is_default THEN d.datcollate::text ELSE c.collcollate::text END
                  WHEN 'b' THEN CASE WHEN j.is_default THEN j.d ->> 'datlocale' ELSE j.c ->> 'colllocale' END
                END IN ('C', 'POSIX', 'C.UTF-8', 'C.UTF8', 'C.utf8')),
       (SELECT count(*) FROM workspace_agent_metadata WHERE workspace_agent_id = ANY ($1::uuid[]))
