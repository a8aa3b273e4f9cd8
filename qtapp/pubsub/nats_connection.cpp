// SPDX-License-Identifier: Apache-2.0
#include "pubsub/nats_connection.hpp"

#include <nats/nats.h>

#include <algorithm>
#include <utility>

namespace metabatch::pubsub {
namespace {

constexpr int kNoReconnectBuffer = 1;  // bytes: what cannot be sent now is not kept for later
constexpr int kMaxPingsOut = 2;
constexpr std::chrono::milliseconds kSubscribedLimit{5000};

struct OptionsDeleter {
  void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
};
using OptionsHandle = std::unique_ptr<natsOptions, OptionsDeleter>;

std::string without_url(const std::string& text, natsStatus status) {
  // "... for url 'nats://user:password@host'": the text may repeat a password, so none of it is
  // shown.
  return text.find("://") == std::string::npos ? text : natsStatus_GetText(status);
}

std::string last_error_of(natsConnection* connection) {
  const char* text = nullptr;
  const natsStatus status = natsConnection_GetLastError(connection, &text);
  if (status == NATS_OK) return "the server closed the connection";
  return without_url(text != nullptr && *text != '\0' ? text : natsStatus_GetText(status), status);
}

/// Remembers the first option that was refused.
struct Setter {
  std::string problem;
  void apply(natsStatus status, const char* what) {
    if (status != NATS_OK && problem.empty()) problem = std::string(what) + ": " + nats_error_text(status);
  }
};

void set_connection(Setter& setter, natsOptions* raw, const NatsOptions& options) {
  std::vector<const char*> servers;
  for (const std::string& server : options.servers) servers.push_back(server.c_str());
  setter.apply(natsOptions_SetServers(raw, servers.data(), static_cast<int>(servers.size())), "NATS servers");
  setter.apply(natsOptions_SetName(raw, options.name.c_str()), "NATS connection name");
  setter.apply(natsOptions_SetNoEcho(raw, !options.has_echo), "NATS echo");
  setter.apply(natsOptions_SetTimeout(raw, options.connect_limit.count()), "NATS time limit");
  setter.apply(natsOptions_SetWriteDeadline(raw, options.write_limit.count()), "NATS time limit");
  setter.apply(natsOptions_SetMaxReconnect(raw, -1), "NATS reconnecting");
  setter.apply(natsOptions_SetReconnectWait(raw, options.reconnect_wait.count()), "NATS reconnecting");
  setter.apply(natsOptions_SetReconnectJitter(raw, options.reconnect_jitter.count(), options.reconnect_jitter.count()),
               "NATS reconnecting");
  setter.apply(natsOptions_SetReconnectBufSize(raw, kNoReconnectBuffer), "NATS reconnecting");
  setter.apply(natsOptions_SetPingInterval(raw, options.ping_interval.count()), "NATS pings");
  setter.apply(natsOptions_SetMaxPingsOut(raw, kMaxPingsOut), "NATS pings");
}

void set_credentials(Setter& setter, natsOptions* raw, const NatsOptions& options) {
  if (!options.credentials_file.empty())
    setter.apply(natsOptions_SetUserCredentialsFromFiles(raw, options.credentials_file.c_str(), nullptr),
                 "NATS credentials file");
  if (!options.ca_file.empty())
    setter.apply(natsOptions_LoadCATrustedCertificates(raw, options.ca_file.c_str()), "NATS certificate authorities");
  if (!options.certificate_file.empty())
    setter.apply(natsOptions_LoadCertificatesChain(raw, options.certificate_file.c_str(), options.key_file.c_str()),
                 "NATS client certificate and key");
}

}  // namespace

/// The library calls back on threads of its own, also while and after a connection is closed.
/// `is_over` is set under the lock that every callback holds: afterwards none runs.
struct NatsConnection::State {
  explicit State(NatsEvents an_events) : events(std::move(an_events)) {}
  std::mutex mutex;
  std::condition_variable changed;
  bool is_over = false;        // mutex
  bool is_closed = false;      // mutex: the library gave the connection up
  bool has_handle = false;     // mutex: NatsConnection::handle() returns the connection that calls back
  bool was_connected = false;  // mutex: since it was made
  const NatsEvents events;

  using Closure = std::shared_ptr<State>;
  static State& of(void* closure) { return **static_cast<Closure*>(closure); }
  template <class Callback>
  void call(Callback callback) {
    const std::lock_guard lock(mutex);
    if (!is_over) callback(*this);
  }

  // Subscriptions are sent with the connection, but the server may not have processed them yet.
  // Only after a round trip is nothing missed that is published from here on. The library may
  // connect before begin() has stored the handle, which who is notified here is going to use: so
  // wait for it.
  static void connected(natsConnection* connection, void* closure) {
    natsConnection_FlushTimeout(connection, kSubscribedLimit.count());
    State& state = of(closure);
    std::unique_lock lock(state.mutex);
    state.changed.wait(lock, [&state] { return state.has_handle || state.is_over; });
    if (state.is_over) return;
    state.was_connected = true;
    if (state.events.on_connected) state.events.on_connected();
  }
  static void disconnected(natsConnection* connection, void* closure) {
    of(closure).report_lost(last_error_of(connection));
  }
  void report_lost(const std::string& reason) {
    call([&](State& state) {
      if (state.events.on_disconnected) state.events.on_disconnected(reason);
    });
  }
  static void failed(natsConnection* connection, natsSubscription*, natsStatus status, void* closure) {
    const bool is_slow = status == NATS_SLOW_CONSUMER;
    const std::string reason = is_slow ? natsStatus_GetText(status) : last_error_of(connection);
    of(closure).call([&](State& state) {
      if (state.events.on_error) state.events.on_error(reason, is_slow);
    });
  }
  // The last callback of a connection.
  static void closed(natsConnection*, void* closure) {
    {
      const std::lock_guard lock(of(closure).mutex);
      of(closure).is_closed = true;
    }
    of(closure).changed.notify_all();
    delete static_cast<Closure*>(closure);
  }
};

std::string nats_error_text(int status) {
  natsStatus last = NATS_OK;
  const char* const text = nats_GetLastError(&last);
  const auto code = static_cast<natsStatus>(status);
  return without_url(text != nullptr && *text != '\0' ? text : natsStatus_GetText(code), code);
}

NatsConnection::NatsConnection(NatsOptions options, NatsEvents events)
    : options_(std::move(options)), state_(std::make_shared<State>(std::move(events))), thread_([this] { run(); }) {}

NatsConnection::~NatsConnection() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_over = true;
  }
  state_->changed.notify_all();
  thread_.join();
}

void NatsConnection::run() {
  for (auto backoff = options_.first_backoff;; backoff = std::min(backoff * 2, options_.longest_backoff)) {
    NatsHandle made = connect();
    std::unique_lock lock(state_->mutex);
    if (made) state_->changed.wait(lock, [this] { return state_->is_over || state_->is_closed; });
    if (state_->was_connected) backoff = options_.first_backoff;
    state_->was_connected = false;
    if (!state_->is_over) state_->changed.wait_for(lock, backoff, [this] { return state_->is_over; });
    const bool is_over = state_->is_over;
    lock.unlock();
    {
      const std::lock_guard handle_lock(mutex_);
      handle_.reset();
    }
    made.reset();
    if (is_over) return;
  }
}

NatsHandle NatsConnection::connect() {
  natsOptions* raw = nullptr;
  natsOptions_Create(&raw);
  const OptionsHandle options(raw);
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_closed = false;
    state_->has_handle = false;
  }
  Setter setter;
  set_connection(setter, raw, options_);
  set_credentials(setter, raw, options_);
  auto* const closure = new State::Closure(state_);
  setter.apply(natsOptions_SetDisconnectedCB(raw, State::disconnected, closure), "NATS callbacks");
  setter.apply(natsOptions_SetReconnectedCB(raw, State::connected, closure), "NATS callbacks");
  setter.apply(natsOptions_SetErrorHandler(raw, State::failed, closure), "NATS callbacks");
  setter.apply(natsOptions_SetClosedCB(raw, State::closed, closure), "NATS callbacks");
  setter.apply(natsOptions_SetRetryOnFailedConnect(raw, true, State::connected, closure), "NATS connecting");
  return begin(raw, setter.problem, closure);
}

// A connection that is not there yet goes on connecting by itself; one that was refused for good is
// no connection.
NatsHandle NatsConnection::begin(natsOptions* options, const std::string& problem, void* closure) {
  natsConnection* raw = nullptr;
  const natsStatus begun = problem.empty() ? natsConnection_Connect(&raw, options) : NATS_INVALID_ARG;
  if (begun != NATS_OK) state_->report_lost(problem.empty() ? nats_error_text(begun) : problem);
  if (raw == nullptr) {
    delete static_cast<State::Closure*>(closure);
    return nullptr;
  }
  NatsHandle made(raw, natsConnection_Destroy);
  {
    const std::lock_guard lock(mutex_);
    handle_ = made;
  }
  state_->call([&](State& state) {
    state.has_handle = true;
    if (state.events.on_created) state.events.on_created(made);
  });
  state_->changed.notify_all();
  if (begun == NATS_OK) State::connected(raw, closure);  // the library calls back only where it had to wait
  return made;
}

NatsHandle NatsConnection::handle() const {
  const std::lock_guard lock(mutex_);
  return handle_;
}

bool NatsConnection::is_connected() const {
  const NatsHandle connection = handle();
  return connection && natsConnection_Status(connection.get()) == NATS_CONN_STATUS_CONNECTED;
}

std::size_t NatsConnection::max_payload() const {
  const NatsHandle connection = handle();
  if (!connection || natsConnection_Status(connection.get()) != NATS_CONN_STATUS_CONNECTED) return 0;
  return static_cast<std::size_t>(natsConnection_GetMaxPayload(connection.get()));
}

std::optional<std::chrono::nanoseconds> NatsConnection::flush(std::chrono::milliseconds limit) const {
  const NatsHandle connection = handle();
  if (!connection || natsConnection_Status(connection.get()) != NATS_CONN_STATUS_CONNECTED) return std::nullopt;
  const auto began = std::chrono::steady_clock::now();
  if (natsConnection_FlushTimeout(connection.get(), limit.count()) != NATS_OK) return std::nullopt;
  return std::chrono::steady_clock::now() - began;
}

}  // namespace metabatch::pubsub
