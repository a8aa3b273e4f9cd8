-- SPDX-License-Identifier: Apache-2.0
-- The agents and their tokens as the control plane accepts them: of the latest build of a
-- workspace, and of the start before it while a stop is pending or running; never of a deleted
-- workspace or agent. $1, $2: as in read_tokens.sql. Source of the rule: coder/coder,
-- GetAuthenticatedWorkspaceAgentAndBuildByAuthToken.
SELECT a.id, a.auth_token, w.owner_id
  FROM workspaces AS w
 CROSS JOIN LATERAL (
   SELECT l.build_number, l.transition, l.job_id FROM workspace_builds AS l
    WHERE l.workspace_id OPERATOR(pg_catalog.=) w.id
    ORDER BY l.build_number DESC LIMIT 1) AS latest
  JOIN workspace_builds AS b
    ON b.workspace_id OPERATOR(pg_catalog.=) w.id
   AND b.build_number OPERATOR(pg_catalog.>=) (latest.build_number OPERATOR(pg_catalog.-) 1)
  JOIN workspace_resources AS r ON r.job_id OPERATOR(pg_catalog.=) b.job_id
  JOIN (SELECT agent.id, agent.auth_token, agent.resource_id FROM (VALUES (false)) AS otherwise (deleted)
         CROSS JOIN LATERAL (
           SELECT id, auth_token, resource_id FROM workspace_agents
            WHERE auth_token IS NOT NULL AND NOT deleted
              AND ($2::pg_catalog.bool OR auth_token OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.uuid[])
                   OR id OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.uuid[]))) AS agent) AS a
    ON a.resource_id OPERATOR(pg_catalog.=) r.id
 WHERE NOT w.deleted
   AND (b.build_number OPERATOR(pg_catalog.=) latest.build_number
        OR (b.transition::pg_catalog.text OPERATOR(pg_catalog.=) 'start'::pg_catalog.text
            AND latest.transition::pg_catalog.text OPERATOR(pg_catalog.=) 'stop'::pg_catalog.text
            AND (SELECT j.job_status::pg_catalog.text FROM provisioner_jobs AS j
                  WHERE j.id OPERATOR(pg_catalog.=) b.job_id) OPERATOR(pg_catalog.=) 'succeeded'::pg_catalog.text
            AND (SELECT j.job_status::pg_catalog.text FROM provisioner_jobs AS j
                  WHERE j.id OPERATOR(pg_catalog.=) latest.job_id)
                OPERATOR(pg_catalog.=) ANY (ARRAY['pending', 'running']::pg_catalog.text[])))
