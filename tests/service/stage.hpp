// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QTemporaryDir>
#include <QTest>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "service/client.hpp"
#include "service/service.hpp"
#include "sql/agent_credentials.hpp"
#include "sql/agent_rows.hpp"

/// Changes settings that stay possible.
template <class Change>
void edit(metabatch::ValidConfig& config, Change change) {
  metabatch::Config draft = config;
  change(draft);
  config = metabatch::validated(std::move(draft)).value();
}

/// A real service on a port of its own, with a database and agents in it.
class Stage {
 public:
  struct Agent {
    metabatch::Uuid id;
    metabatch::Uuid token;
    [[nodiscard]] std::string id_text() const { return metabatch::format_uuid(id); }
    [[nodiscard]] std::string token_text() const { return metabatch::format_uuid(token); }
    [[nodiscard]] std::string path(std::string_view what) const {
      return "/api/v2/workspaceagents/" + id_text() + "/" + std::string(what);
    }
  };
  using Change = std::function<void(metabatch::service::ServiceOptions&)>;

  /// Serves a file of its own; the settings make flushes quick.
  explicit Stage(const Change& change = {}, std::size_t agents_wanted = 2)
      : Stage(std::nullopt, change, agents_wanted) {}
  /// Serves a PostgreSQL server.
  Stage(std::optional<metabatch::sql::Database> database, const Change& change, std::size_t agents_wanted)
      : options{.config = {},
                .database = database ? *database : metabatch::sql::Database(folder.filePath("m.db").toStdString())},
        credentials(metabatch::sql::AgentCredentials::of(options.database)),
        rows(metabatch::sql::AgentRows::of(options.database)) {
    options.drain_grace = {};
    edit(options.config, [](metabatch::Config& config) {
      config.interval = std::chrono::milliseconds(50);
      config.schedule = metabatch::SchedulePolicy::linger;
    });
    options.watch_token_file = folder.filePath("tokens").toStdString();
    options.version = "0.0.0-test";
    write_file("tokens", "# who may watch\n\n" + watch_token + "\n");
    if (credentials->create_table()) qFatal("cannot make the table of agents");
    for (std::size_t i = 0; i < agents_wanted; ++i) add_agent(i);
    if (change) change(options);
    start();
  }

  void start() {
    auto started = metabatch::service::Service::start(options, log);
    if (const std::string* const wrong = std::get_if<std::string>(&started)) qFatal("%s", wrong->c_str());
    service = std::get<0>(std::move(started));
    // Each call is a round trip; agents are read at once.
    for (const auto end = std::chrono::steady_clock::now() + Client::kPatience; get("/readyz").status != 200;)
      if (std::chrono::steady_clock::now() > end) qFatal("the service does not become ready");
  }
  static Agent agent_number(std::size_t number) {
    Agent agent;
    agent.id.bytes = {1, 2, 3, 4, 5, 6, 0x47, 8, 0x89};
    agent.id.bytes[14] = static_cast<std::uint8_t>(number >> 8);
    agent.id.bytes[15] = static_cast<std::uint8_t>(number);
    agent.token = agent.id;
    agent.token.bytes[0] = 0xAA;
    return agent;
  }
  void add_agent(std::size_t number) {
    const Agent agent = agent_number(number);
    const std::string_view keys[] = {"cpu", "mem"};
    if (credentials->add({agent.id, agent.token}, keys)) qFatal("cannot add an agent");
    agents.push_back(agent);
  }
  void write_file(const QString& name, const std::string& text) const {
    QFile file(folder.filePath(name));
    if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write a file");
    file.write(text.data(), static_cast<qint64>(text.size()));
  }
  [[nodiscard]] std::uint16_t port() const { return service->port(); }
  [[nodiscard]] Answered ask(const std::string& text) const {
    const std::string& path = options.server.listen.unix_path;
    const auto client = path.empty() ? std::make_unique<Client>(port()) : std::make_unique<Client>(path);
    client->send(text);
    return answer_from(*client);
  }
  [[nodiscard]] Answered get(std::string_view target, std::string_view token = {}) const {
    return ask(request("GET", target, token));
  }
  [[nodiscard]] Answered post(const Agent& agent, std::string_view body, std::string_view below = "metadata") const {
    return ask(request("POST", "/api/v2/workspaceagents/me/" + std::string(below), agent.token_text(), body));
  }
  /// The rows of an agent once all its reports are written.
  [[nodiscard]] std::vector<metabatch::sql::MetadataRow> written(const Agent& agent) {
    service->stop();
    return stored(agent);
  }
  [[nodiscard]] std::vector<metabatch::sql::MetadataRow> stored(const Agent& agent) {
    auto found = rows->rows({&agent.id, 1});
    if (const auto* const failed = std::get_if<metabatch::sql::DatabaseFailure>(&found))
      qFatal("%s", failed->message.c_str());
    return std::get<0>(std::move(found));
  }
  [[nodiscard]] metabatch::Counters counters() const { return service->snapshot().counters; }
  /// What the service has logged so far.
  [[nodiscard]] QByteArray logged() const {
    QFile file(folder.filePath("log"));
    if (!file.open(QIODevice::ReadOnly)) qFatal("cannot read the log");
    return file.readAll();
  }

  QTemporaryDir folder;
  const std::string watch_token = "a-watch-token-of-some-length";
  metabatch::service::ServiceOptions options;
  std::unique_ptr<metabatch::sql::AgentCredentials> credentials;
  std::unique_ptr<metabatch::sql::AgentRows> rows;
  std::vector<Agent> agents;
  metabatch::service::Log log{
      metabatch::service::Log::Form::logfmt,
      ::open(qPrintable(folder.filePath("log")), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
  std::unique_ptr<metabatch::service::Service> service;
};
