// SPDX-License-Identifier: Apache-2.0
// `./dev bench pubsub`: notifications to many listeners, NOTIFY beside NATS, and what they cost the
// commits of writers. Private servers on this machine, listeners in this process, payloads of one
// id:
//
//     metabatch-bench-pubsub [--rounds N] [--turn-ms N] [--writers N]
#include <libpq-fe.h>
#include <nats/nats.h>
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "pubsub/nats_server.hpp"
#include "support/pg/pg_cluster.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using metabatch::test::PgCluster;

constexpr const char* kSubject = "metabatch.bench";
constexpr const char* kPayload = "AAAAAAAAAAAAAAAAAAAAAQ";  // one id
constexpr std::uint64_t kMostAhead = 4096;                  // messages sent that some listener does not have yet
constexpr std::size_t kListeners[] = {1, 10, 100};

struct Asked {
  int rounds = 3;
  int turn_ms = 1000;
  std::size_t writers = 2;
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

/// One connection to PostgreSQL.
class Session {
 public:
  explicit Session(const std::string& address) : handle_(PQconnectdb(address.c_str())) {
    if (PQstatus(handle_) != CONNECTION_OK) give_up(PQerrorMessage(handle_));
  }
  ~Session() { PQfinish(handle_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void run(const std::string& text) {
    PGresult* const result = PQexec(handle_, text.c_str());
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) give_up(text + ": " + PQerrorMessage(handle_));
  }
  [[nodiscard]] int socket() const { return PQsocket(handle_); }
  /// How many notifications have arrived since the last call.
  std::uint64_t take_notifications() {
    if (PQconsumeInput(handle_) == 0) give_up(PQerrorMessage(handle_));
    std::uint64_t count = 0;
    for (; PGnotify* const one = PQnotifies(handle_); ++count) PQfreemem(one);
    return count;
  }

 private:
  PGconn* handle_;
};

/// Everybody who listens; counts what all of them received.
class Listeners {
 public:
  virtual ~Listeners() = default;
  [[nodiscard]] std::uint64_t received() const { return received_.load(); }

 protected:
  std::atomic<std::uint64_t> received_{0};
};

class PgListeners final : public Listeners {
 public:
  PgListeners(const std::string& address, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      sessions_.push_back(std::make_unique<Session>(address));
      sessions_.back()->run("LISTEN bench");
    }
    thread_ = std::thread([this] { read(); });
  }
  ~PgListeners() override {
    ends_ = true;
    thread_.join();
  }

 private:
  void read() {
    std::vector<pollfd> sockets;
    for (const auto& session : sessions_) sockets.push_back({session->socket(), POLLIN, 0});
    while (!ends_) {
      if (::poll(sockets.data(), sockets.size(), 100) <= 0) continue;
      for (std::size_t i = 0; i < sockets.size(); ++i)
        if (sockets[i].revents != 0) received_ += sessions_[i]->take_notifications();
    }
  }

  std::vector<std::unique_ptr<Session>> sessions_;
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

natsConnection* connected(const std::string& url) {
  natsOptions* options = nullptr;
  natsConnection* connection = nullptr;
  natsOptions_Create(&options);
  natsOptions_SetURL(options, url.c_str());
  natsOptions_UseGlobalMessageDelivery(options,
                                       true);  // one thread hands out, as one thread reads PostgreSQL's sockets
  if (const natsStatus status = natsConnection_Connect(&connection, options); status != NATS_OK)
    give_up(std::string("nats-server: ") + natsStatus_GetText(status));
  natsOptions_Destroy(options);
  return connection;
}

class NatsListeners final : public Listeners {
 public:
  NatsListeners(const std::string& url, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      connections_.push_back(connected(url));
      natsSubscription* subscription = nullptr;
      natsConnection_Subscribe(&subscription, connections_.back(), kSubject, &NatsListeners::on_message, this);
      natsSubscription_SetPendingLimits(subscription, -1, -1);
      natsConnection_Flush(connections_.back());
      subscriptions_.push_back(subscription);
    }
  }
  ~NatsListeners() override {
    for (natsSubscription* const one : subscriptions_) natsSubscription_Destroy(one);
    for (natsConnection* const one : connections_) natsConnection_Destroy(one);
  }

 private:
  static void on_message(natsConnection*, natsSubscription*, natsMsg* message, void* self) {
    natsMsg_Destroy(message);
    static_cast<NatsListeners*>(self)->received_ += 1;
  }

  std::vector<natsConnection*> connections_;
  std::vector<natsSubscription*> subscriptions_;
};

/// Calls `act(writer)` on each of the writers' threads until the turn is over. @return calls
std::uint64_t in_turn(const Asked& asked, const std::function<void(std::size_t)>& act) {
  std::atomic<std::uint64_t> calls{0};
  const auto until = Clock::now() + std::chrono::milliseconds(asked.turn_ms);
  std::vector<std::thread> threads;
  for (std::size_t writer = 0; writer < asked.writers; ++writer)
    threads.emplace_back([&, writer] {
      for (; Clock::now() < until; ++calls) act(writer);
    });
  for (std::thread& thread : threads) thread.join();
  return calls;
}

/// Messages a second that reached every listener: of a turn in which as many are sent as they take.
double delivered(const Asked& asked, const Listeners& listeners, std::size_t count,
                 const std::function<void(std::size_t)>& send) {
  const std::uint64_t before = listeners.received();
  std::atomic<std::uint64_t> sent{0};
  const auto began = Clock::now();
  const std::uint64_t all = in_turn(asked, [&](std::size_t writer) {
    while (sent.load() * count > listeners.received() - before + kMostAhead * count) std::this_thread::yield();
    send(writer);
    ++sent;
  });
  while (listeners.received() - before < all * count) std::this_thread::yield();
  return static_cast<double>(all) / std::chrono::duration<double>(Clock::now() - began).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Row {
  std::vector<double> notify, nats;                    // messages a second
  std::vector<double> silent, with_notify, with_nats;  // commits a second
};

class Bench {
 public:
  explicit Bench(const Asked& asked) : asked_(asked) {
    cluster_.start();
    Session session(cluster_.address());
    session.run("CREATE UNLOGGED TABLE bench (id int PRIMARY KEY, value int NOT NULL) WITH (fillfactor=50)");
    session.run("INSERT INTO bench SELECT n, 0 FROM generate_series(0, 63) n");
    for (std::size_t i = 0; i < asked_.writers; ++i) sessions_.push_back(std::make_unique<Session>(cluster_.address()));
    publisher_ = connected(server_.url());
  }
  ~Bench() { natsConnection_Destroy(publisher_); }

  Row measure(std::size_t listeners) {
    Row row;
    for (int round = 0; round < asked_.rounds; ++round) {
      row.silent.push_back(commits([&](std::size_t writer) { sessions_[writer]->run(update(writer)); }));
      {
        const PgListeners all(cluster_.address(), listeners);
        row.notify.push_back(
            delivered(asked_, all, listeners, [&](std::size_t writer) { sessions_[writer]->run(kNotify); }));
        row.with_notify.push_back(
            commits([&](std::size_t writer) { sessions_[writer]->run(update(writer) + "; " + kNotify); }));
      }
      published_ = 0;
      const NatsListeners all(server_.url(), listeners);
      row.nats.push_back(delivered(asked_, all, listeners, [&](std::size_t) { publish(); }));
      row.with_nats.push_back(commits([&](std::size_t writer) {
        sessions_[writer]->run(update(writer));
        publish();
      }));
      while (all.received() < published_ * listeners) std::this_thread::yield();  // callbacks use it
    }
    return row;
  }

 private:
  static inline const std::string kNotify = std::string("SELECT pg_notify('bench', '") + kPayload + "')";

  static std::string update(std::size_t writer) {
    return "UPDATE bench SET value = value + 1 WHERE id = " + std::to_string(writer);
  }
  void publish() {
    if (natsConnection_PublishString(publisher_, kSubject, kPayload) == NATS_OK) ++published_;
  }
  double commits(const std::function<void(std::size_t)>& commit) const {
    return static_cast<double>(in_turn(asked_, commit)) * 1000 / asked_.turn_ms;
  }

  const Asked asked_;
  PgCluster cluster_{{"max_connections = 200"}};
  NatsServer server_;
  std::vector<std::unique_ptr<Session>> sessions_;
  natsConnection* publisher_ = nullptr;
  std::atomic<std::uint64_t> published_{0};  // since somebody listens
};

Asked read(int count, char** arguments) {
  Asked asked;
  for (int i = 1; i + 1 < count; i += 2) {
    const int number = std::atoi(arguments[i + 1]);
    if (std::strcmp(arguments[i], "--rounds") == 0) asked.rounds = std::max(number, 1);
    if (std::strcmp(arguments[i], "--turn-ms") == 0) asked.turn_ms = std::max(number, 10);
    if (std::strcmp(arguments[i], "--writers") == 0)
      asked.writers = static_cast<std::size_t>(std::clamp(number, 1, 64));
  }
  return asked;
}

}  // namespace

int main(int count, char** arguments) {
  const Asked asked = read(count, arguments);
  Bench bench(asked);
  std::printf("%zu writers, turns of %d ms, median of %d rounds\n", asked.writers, asked.turn_ms, asked.rounds);
  std::printf("%9s | %10s %10s %6s | %10s %16s %16s\n", "listeners", "NOTIFY/s", "NATS/s", "times", "commits/s",
              "with NOTIFY", "with NATS");
  for (const std::size_t listeners : kListeners) {
    const Row row = bench.measure(listeners);
    const double notify = median(row.notify), nats = median(row.nats), silent = median(row.silent);
    const double with_notify = median(row.with_notify), with_nats = median(row.with_nats);
    std::printf("%9zu | %10.0f %10.0f %6.1f | %10.0f %9.0f (%.2f) %9.0f (%.2f)\n", listeners, notify, nats,
                nats / notify, silent, with_notify, with_notify / silent, with_nats, with_nats / silent);
    std::fflush(stdout);
  }
  nats_Close();
  return 0;
}
