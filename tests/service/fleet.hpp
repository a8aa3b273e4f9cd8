// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/stage.hpp"
#include "support/pg/pg_session.hpp"

/// The body of a report of one key.
inline std::string report(std::string_view value) {
  return "{\"metadata\":[{\"key\":\"cpu\",\"value\":\"" + std::string(value) + "\"}]}";
}

/// As many agents as a real fleet has, registered with one statement.
inline std::vector<Stage::Agent> register_fleet(metabatch::test::PgSession& session, std::size_t count) {
  std::vector<Stage::Agent> fleet;
  std::string agents, rows;
  for (std::size_t i = 0; i < count; ++i) {
    fleet.push_back(Stage::agent_number(i));
    const std::string comma = i == 0 ? "" : ",", id = "'" + fleet[i].id_text() + "'";
    agents += comma + "(" + id + ",'" + fleet[i].token_text() + "')";
    for (const char* const key : {"cpu", "mem"}) rows += (rows.empty() ? "(" : ",(") + id + ",'','" + key + "','',0,0)";
  }
  session.run("INSERT INTO workspace_agents (id, auth_token) VALUES " + agents + " ON CONFLICT DO NOTHING");
  session.run(
      "INSERT INTO workspace_agent_metadata (workspace_agent_id, display_name, key, script, timeout, interval) "
      "VALUES " +
      rows + " ON CONFLICT DO NOTHING");
  return fleet;
}
