// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "support/pg/pg_session.hpp"

namespace metabatch::test {

/// The tables of a control plane that say which tokens and sessions are good, with the columns that
/// are read and some that are not.
///
/// @source coder/coder, coderd/database/dump.sql
inline std::string control_plane_sql() {
  return R"sql(
DROP TABLE IF EXISTS workspace_agents, workspace_resources, workspace_builds, provisioner_jobs, workspaces, api_keys, users CASCADE;
DROP TYPE IF EXISTS workspace_transition, provisioner_job_status, user_status, api_key_scope CASCADE;
CREATE TYPE workspace_transition AS ENUM ('start', 'stop', 'delete');
CREATE TYPE provisioner_job_status AS ENUM ('pending', 'running', 'succeeded', 'canceling', 'canceled', 'failed', 'unknown');
CREATE TYPE user_status AS ENUM ('active', 'suspended', 'dormant');
CREATE TYPE api_key_scope AS ENUM ('coder:all', 'coder:application_connect', 'workspace:read', 'template:read');
CREATE TABLE users (id uuid PRIMARY KEY, username text NOT NULL, hashed_password bytea NOT NULL DEFAULT '',
  status user_status NOT NULL DEFAULT 'active', rbac_roles text[] NOT NULL DEFAULT '{}', deleted boolean NOT NULL DEFAULT false);
CREATE TABLE api_keys (id text PRIMARY KEY, hashed_secret bytea NOT NULL, user_id uuid NOT NULL REFERENCES users (id),
  expires_at timestamptz NOT NULL, scopes api_key_scope[] NOT NULL DEFAULT '{coder:all}', allow_list text[] NOT NULL DEFAULT '{*:*}');
CREATE TABLE workspaces (id uuid PRIMARY KEY, owner_id uuid NOT NULL, deleted boolean NOT NULL DEFAULT false, name text NOT NULL DEFAULT 'w');
CREATE TABLE provisioner_jobs (id uuid PRIMARY KEY, job_status provisioner_job_status NOT NULL);
CREATE TABLE workspace_builds (id uuid PRIMARY KEY, workspace_id uuid NOT NULL REFERENCES workspaces (id), build_number integer NOT NULL,
  transition workspace_transition NOT NULL, job_id uuid NOT NULL UNIQUE REFERENCES provisioner_jobs (id), UNIQUE (workspace_id, build_number));
CREATE TABLE workspace_resources (id uuid PRIMARY KEY, job_id uuid NOT NULL REFERENCES provisioner_jobs (id));
CREATE TABLE workspace_agents (id uuid PRIMARY KEY, auth_token uuid NOT NULL UNIQUE, resource_id uuid REFERENCES workspace_resources (id),
  deleted boolean NOT NULL DEFAULT false)
)sql";
}

/// One UUID for each kind and number: `...kkkk-nnnnnnnnnnnn`.
inline std::string plane_id(int kind, int number) {
  const std::string digits = std::to_string(number);
  return "00000000-0000-4000-8" + std::string(kind < 10 ? "0" : "") + std::to_string(kind) + "0-" +
         std::string(12 - digits.size(), '0') + digits;
}
inline std::string plane_user(int number) { return plane_id(1, number); }
inline std::string plane_workspace(int number) { return plane_id(2, number); }

/// Adds a build to a workspace, which is made where it is missing, and an agent of that build. The
/// numbers of builds are those of their agents too: agent `100 * workspace + build`.
inline std::string plane_build(int workspace, int build, const std::string& transition, const std::string& status,
                               const std::string& agent_id, const std::string& token, int owner = 1) {
  const int number = workspace * 100 + build;
  const std::string job = plane_id(3, number), resource = plane_id(5, number);
  std::string text = "INSERT INTO workspaces (id, owner_id) VALUES ('" + plane_workspace(workspace) + "', '" +
                     plane_user(owner) + "') ON CONFLICT DO NOTHING;" + "INSERT INTO provisioner_jobs VALUES ('" + job +
                     "', '" + status + "');" + "INSERT INTO workspace_builds VALUES ('" + plane_id(4, number) + "', '" +
                     plane_workspace(workspace) + "', " + std::to_string(build) + ", '" + transition + "', '" + job +
                     "');";
  if (agent_id.empty()) return text;
  return text + "INSERT INTO workspace_resources VALUES ('" + resource + "', '" + job + "');" +
         "INSERT INTO workspace_agents (id, auth_token, resource_id) VALUES ('" + agent_id + "', '" + token + "', '" +
         resource + "') ON CONFLICT (id) DO UPDATE SET resource_id = excluded.resource_id;";
}

inline std::string plane_status(int workspace, int build, const std::string& status) {
  return "UPDATE provisioner_jobs SET job_status = '" + status + "' WHERE id = '" +
         plane_id(3, workspace * 100 + build) + "';";
}

}  // namespace metabatch::test
