-- SPDX-License-Identifier: Apache-2.0
-- Sets the description of one row. An empty text leaves a column as it is.
UPDATE workspace_agent_metadata
   SET display_name = CASE WHEN $3::pg_catalog.text OPERATOR(pg_catalog.=) ''::pg_catalog.text THEN display_name ELSE $3::pg_catalog.text END,
       script = CASE WHEN $4::pg_catalog.text OPERATOR(pg_catalog.=) ''::pg_catalog.text THEN script ELSE $4::pg_catalog.text END,
       interval = CASE WHEN $5::pg_catalog.text OPERATOR(pg_catalog.=) ''::pg_catalog.text THEN interval ELSE $5::pg_catalog.text::pg_catalog.int8 END,
       timeout = CASE WHEN $6::pg_catalog.text OPERATOR(pg_catalog.=) ''::pg_catalog.text THEN timeout ELSE $6::pg_catalog.text::pg_catalog.int8 END,
       display_order = CASE WHEN $7::pg_catalog.text OPERATOR(pg_catalog.=) ''::pg_catalog.text THEN display_order ELSE $7::pg_catalog.text::pg_catalog.int4 END
 WHERE workspace_agent_id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid AND key::pg_catalog.text OPERATOR(pg_catalog.=) $2::pg_catalog.text
