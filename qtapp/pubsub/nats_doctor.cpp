// SPDX-License-Identifier: Apache-2.0
#include "pubsub/nats_doctor.hpp"

#include <nats/nats.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string_view>

namespace metabatch::pubsub {
namespace {

using Verdict = sql::PgFinding::Verdict;

constexpr std::chrono::milliseconds kAnswerLimit = std::chrono::seconds(2);
constexpr std::chrono::milliseconds kListenerLimit = std::chrono::milliseconds(300);  // a refusal comes at once
constexpr std::chrono::milliseconds kSlowAnswer = std::chrono::milliseconds(50);

/// The first event of a connection: it is connected, or the reason why not.
struct FirstWord {
  std::mutex mutex;
  std::condition_variable said;
  std::optional<std::string> problem;  // mutex; "": connected

  void say(std::string text) {
    const std::lock_guard lock(mutex);
    if (!problem) problem = std::move(text);
    said.notify_all();
  }
  std::string wait(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex);
    said.wait_for(lock, limit, [this] { return problem.has_value(); });
    return problem.value_or("no answer within " + std::to_string(limit.count()) + " ms");
  }
};

class Checks {
 public:
  Checks(const PubsubSettings& settings, const std::string& channel, std::size_t max_payload_bytes)
      : settings_(settings), subject_(settings.subject_of(channel)), max_payload_bytes_(max_payload_bytes) {}

  std::vector<sql::PgFinding> run() {
    FirstWord word;
    const NatsConnection connection(settings_.connection(),
                                    {.on_connected = [&word] { word.say(""); },
                                     .on_disconnected = [&word](const std::string& reason) { word.say(reason); }});
    const std::string problem = word.wait(settings_.nats.connect_limit + kAnswerLimit);
    const NatsHandle handle = connection.handle();
    if (!problem.empty() || !handle) {
      report(false, Verdict::loses_data, "nats", settings_.address.shown() + ": " + problem,
             "start the server, or correct address, login or certificates");
      return std::move(findings_);
    }
    check_server(connection, handle);
    if (check_publishing(handle)) check_listeners(handle);
    check_subscribing(handle);
    return std::move(findings_);
  }

 private:
  void report(bool is_good, Verdict otherwise, const char* subject, const std::string& text, const std::string& cure) {
    findings_.push_back({is_good ? Verdict::good : otherwise, subject, text, is_good ? "" : cure});
  }

  void check_server(const NatsConnection& connection, const NatsHandle& handle) {
    char** servers = nullptr;
    int count = 0;
    natsConnection_GetServers(handle.get(), &servers, &count);
    for (int i = 0; i < count; ++i) std::free(servers[i]);
    std::free(servers);
    report(true, {}, "nats",
           settings_.address.shown() + ", " + std::to_string(count) + (count == 1 ? " server known" : " servers known"),
           "");
    const auto took = connection.flush(kAnswerLimit);
    char text[64] = "no answer to a ping";
    if (took)
      std::snprintf(text, sizeof text, "%.1f ms a round trip",
                    std::chrono::duration<double, std::milli>(*took).count());
    report(took && *took < kSlowAnswer, Verdict::notice, "nats-ping", text, "run metabatch nearer to the server");
    const std::size_t most = connection.max_payload();
    report(most >= max_payload_bytes_, Verdict::loses_data, "max_payload",
           "messages of at most " + std::to_string(most) + " bytes, chunks have up to " +
               std::to_string(max_payload_bytes_),
           "raise max_payload in the server's configuration, or set --max-payload-bytes " + std::to_string(most));
  }

  /// What the server refused, once it has answered. `words` name what was tried.
  std::optional<std::string> refusal(const NatsHandle& handle, std::string_view words) const {
    if (natsConnection_FlushTimeout(handle.get(), kAnswerLimit.count()) != NATS_OK) return "the server does not answer";
    const char* text = nullptr;
    natsConnection_GetLastError(handle.get(), &text);
    if (text == nullptr || std::string_view(text).find(words) == std::string_view::npos) return std::nullopt;
    return text;
  }

  bool check_publishing(const NatsHandle& handle) {
    natsConnection_Publish(handle.get(), subject_.c_str(), "", 0);
    const auto refused = refusal(handle, "Publish");
    report(!refused, Verdict::loses_data, "publish", refused.value_or("may publish to " + subject_),
           "permit publishing to " + subject_);
    return !refused;
  }

  void check_subscribing(const NatsHandle& handle) {
    natsSubscription* made = nullptr;
    natsConnection_SubscribeSync(&made, handle.get(), subject_.c_str());
    const auto refused = refusal(handle, "Subscription to \"" + subject_ + "\"");
    natsSubscription_Destroy(made);
    report(!refused, Verdict::loses_data, "subscribe", refused.value_or("may subscribe to " + subject_),
           "permit subscribing to " + subject_ + "; a process that only publishes does without");
  }

  /// A request is a message that the server itself answers where nobody listens.
  void check_listeners(const NatsHandle& handle) {
    natsMsg* reply = nullptr;
    const natsStatus status =
        natsConnection_Request(&reply, handle.get(), subject_.c_str(), "", 0, kListenerLimit.count());
    natsMsg_Destroy(reply);
    if (refusal(handle, "Subscription"))
      return report(true, {}, "listeners", "not known: subscribing to answers is not permitted", "");
    report(status != NATS_NO_RESPONDERS, Verdict::notice, "listeners",
           status == NATS_NO_RESPONDERS ? "nobody listens on " + subject_ : "somebody listens on " + subject_,
           "start metabatch serve or listen with the same --pubsub, or correct --nats-subject");
  }

  const PubsubSettings& settings_;
  const std::string subject_;
  const std::size_t max_payload_bytes_;
  std::vector<sql::PgFinding> findings_;
};

}  // namespace

std::vector<sql::PgFinding> examine_nats(const PubsubSettings& settings, const std::string& channel,
                                         std::size_t max_payload_bytes) {
  if (!settings.uses_nats()) return {};
  return Checks(settings, channel, max_payload_bytes).run();
}

}  // namespace metabatch::pubsub
