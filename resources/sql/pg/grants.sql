-- SPDX-License-Identifier: Apache-2.0
-- Who may do what, and no more. Put your own role names in place of these; logins and passwords are
-- yours to set.
-- The writer: metabatch run, ingest.
CREATE ROLE metabatch_writer LOGIN;
GRANT SELECT, UPDATE (value, error, collected_at) ON workspace_agent_metadata TO metabatch_writer;
-- The viewer: metabatch listen, doctor. Any role may LISTEN.
CREATE ROLE metabatch_viewer LOGIN;
GRANT SELECT ON workspace_agent_metadata TO metabatch_viewer;
-- The registrar: who inserts agents (ingest --register and run need it besides the writer's).
CREATE ROLE metabatch_registrar LOGIN;
GRANT SELECT, INSERT, DELETE ON workspace_agent_metadata TO metabatch_registrar;
-- The service: metabatch serve needs the writer's and, where a control plane made the tables, this.
-- GRANT SELECT (id, auth_token, resource_id, deleted) ON workspace_agents TO metabatch_writer;
-- GRANT SELECT (id, job_id) ON workspace_resources TO metabatch_writer;
-- GRANT SELECT (workspace_id, build_number, transition, job_id) ON workspace_builds TO metabatch_writer;
-- GRANT SELECT (id, job_status) ON provisioner_jobs TO metabatch_writer;
-- GRANT SELECT (id, owner_id, deleted) ON workspaces TO metabatch_writer;
-- With --user-sessions also this; older control planes have scope in place of scopes and
-- allow_list.
-- GRANT SELECT (id, hashed_secret, user_id, expires_at, scopes, allow_list) ON api_keys TO metabatch_writer;
-- GRANT SELECT (id, status, deleted, rbac_roles) ON users TO metabatch_writer;
