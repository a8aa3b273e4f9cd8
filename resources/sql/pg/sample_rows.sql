-- SPDX-License-Identifier: Apache-2.0
-- Do the keys of an agent lie in the order of their bytes in the index, and how many rows have
-- these agents? to_jsonb: servers before 15 and after 16 name the columns of a locale in other
-- ways.
SELECT pg_catalog.current_setting('server_encoding'::pg_catalog.text) OPERATOR(pg_catalog.=) 'UTF8'::pg_catalog.text AND EXISTS (
         SELECT FROM pg_catalog.pg_index AS i
           JOIN pg_catalog.pg_attribute AS agent ON agent.attrelid OPERATOR(pg_catalog.=) i.indrelid
            AND agent.attnum OPERATOR(pg_catalog.=) i.indkey[0]
           JOIN pg_catalog.pg_attribute AS key ON key.attrelid OPERATOR(pg_catalog.=) i.indrelid
            AND key.attnum OPERATOR(pg_catalog.=) i.indkey[1]
           JOIN pg_catalog.pg_collation AS c ON c.oid OPERATOR(pg_catalog.=) i.indcollation[1]
            AND c.oid OPERATOR(pg_catalog.=) key.attcollation
           JOIN pg_catalog.pg_database AS d ON d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
          CROSS JOIN LATERAL (SELECT pg_catalog.to_jsonb(c) AS c, pg_catalog.to_jsonb(d) AS d,
                                     c.collprovider OPERATOR(pg_catalog.=) 'd'::"char" AS is_default) AS j
          CROSS JOIN LATERAL (SELECT CASE WHEN j.is_default THEN coalesce(j.d OPERATOR(pg_catalog.->>) 'datlocprovider'::pg_catalog.text, 'c'::pg_catalog.text)
                                          ELSE c.collprovider::pg_catalog.text END AS provider) AS p
          WHERE i.indrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass('workspace_agent_metadata'::pg_catalog.text)::pg_catalog.oid
            AND agent.attname OPERATOR(pg_catalog.=) 'workspace_agent_id'::pg_catalog.name
            AND key.attname OPERATOR(pg_catalog.=) 'key'::pg_catalog.name
            AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
            AND i.indnkeyatts OPERATOR(pg_catalog.=) 2::pg_catalog.int2
            AND i.indoption[0] OPERATOR(pg_catalog.=) 0::pg_catalog.int2
            AND i.indoption[1] OPERATOR(pg_catalog.=) 0::pg_catalog.int2
            AND CASE
                  WHEN p.provider OPERATOR(pg_catalog.=) 'c'::pg_catalog.text
                    THEN CASE WHEN j.is_default THEN d.datcollate::pg_catalog.text ELSE c.collcollate::pg_catalog.text END
                  WHEN p.provider OPERATOR(pg_catalog.=) 'b'::pg_catalog.text
                    THEN CASE WHEN j.is_default THEN j.d OPERATOR(pg_catalog.->>) 'datlocale'::pg_catalog.text
                              ELSE j.c OPERATOR(pg_catalog.->>) 'colllocale'::pg_catalog.text END
                END OPERATOR(pg_catalog.=) ANY (ARRAY['C', 'POSIX', 'C.UTF-8', 'C.UTF8', 'C.utf8']::pg_catalog.text[])),
       (SELECT pg_catalog.count(*) FROM workspace_agent_metadata
         WHERE workspace_agent_id OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.uuid[]))
