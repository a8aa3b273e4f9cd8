// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <string>

#include "cli/program.hpp"
#include "service/client.hpp"
#include "support/net/place.hpp"
#include "support/processes/stop_process.hpp"

/// `metabatch serve` as a process of its own.
class Serving {
 public:
  /// @shape place: where it runs; on a machine of a network it listens on every address
  explicit Serving(QString db, metabatch::test::Place place = {}) : db_(std::move(db)), place_(std::move(place)) {}

  /// Serves on a free port, and on the same port when it is started again. Returns false when it
  /// did not start.
  bool start(const QStringList& more = {}) {
    program_ = std::make_unique<Program>();
    const QString listen = (place_.is_apart() ? ":" : "127.0.0.1:") + QString::number(port_);
    const metabatch::test::Visit visit = place_.visit();
    program_->start(QStringList{"serve", "--db", db_, "--listen", listen, "--log-format", "json"} + more);
    if (!program_->hasSaid("\"event\":\"serving\"") || !program_->hasSaid("}\n")) return false;
    const auto found = QRegularExpression("\"port\":\"([0-9]+)\"").match(QString::fromUtf8(program_->seen_err));
    port_ = static_cast<std::uint16_t>(found.captured(1).toUInt());
    return port_ != 0;
  }
  void kill() {
    program_->signal(SIGKILL);
    (void)program_->end();
  }
  Program::Ended stop() {
    program_->signal(SIGTERM);
    return program_->end();
  }
  void freeze() const { stop_process(static_cast<pid_t>(program_->process.processId())); }
  void thaw() { program_->signal(SIGCONT); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const metabatch::test::Place& place() const { return place_; }
  [[nodiscard]] Program& program() { return *program_; }

 private:
  const QString db_;
  const metabatch::test::Place place_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Program> program_;
};

/// An agent and its token as `metabatch agents add` gives them.
struct AddedAgent {
  std::string id;
  std::string token;
  static AddedAgent to(const QString& db) {
    Program program;
    const QJsonObject json =
        QJsonDocument::fromJson(program.run({"agents", "add", "--key", "cpu", "--json", "--db", db}).out).object();
    return {json["agent"].toString().toStdString(), json["token"].toString().toStdString()};
  }
  [[nodiscard]] std::string path(std::string_view what) const {
    return "/api/v2/workspaceagents/" + id + "/" + std::string(what);
  }
  [[nodiscard]] std::string report(const std::string& value) const {
    return request("POST", "/api/v2/workspaceagents/me/metadata/cpu", token, "{\"value\":\"" + value + "\"}");
  }
};
