// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pubsub/nats_server.hpp"

/// Real nats-servers that are routed to each other.
class NatsCluster {
 public:
  explicit NatsCluster(std::size_t size = 3) {
    for (std::size_t i = 0; i < size; ++i) add();
  }
  explicit NatsCluster(const std::vector<metabatch::test::Place>& places) {
    for (const metabatch::test::Place& one : places) add(one);
  }

  NatsServer& operator[](std::size_t i) { return *servers_[i]; }
  [[nodiscard]] std::size_t size() const { return servers_.size(); }
  [[nodiscard]] std::vector<std::string> urls() const {
    std::vector<std::string> found;
    for (const auto& server : servers_) found.push_back(server->url());
    return found;
  }
  /// In the form that `--pubsub` takes.
  [[nodiscard]] std::string address() const {
    std::string text;
    for (const auto& server : servers_)
      text += (text.empty() ? "nats://" : ",") + server->place().address() + ":" + std::to_string(server->port());
    return text;
  }
  /// Adds a server, which joins through routes to the others. Routes spread through the cluster by
  /// themselves.
  NatsServer& add(const metabatch::test::Place& place = {}) {
    const QByteArray own =
        QByteArray::fromStdString(place.address()) + ":" + QByteArray::number(metabatch::test::free_port());
    QByteArray routes;
    for (const QByteArray& other : routes_) routes += "\"nats-route://" + other + "\", ";
    routes_.push_back(own);
    servers_.push_back(std::make_unique<NatsServer>(
        "cluster { name: c, listen: \"" + own + "\", routes: [" + routes + "] }\n", place));
    return *servers_.back();
  }

 private:
  std::vector<QByteArray> routes_;
  std::vector<std::unique_ptr<NatsServer>> servers_;
};
