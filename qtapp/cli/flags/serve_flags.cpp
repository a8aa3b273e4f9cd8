// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/serve_flags.hpp"

#include <CLI/CLI.hpp>
#include <QCoreApplication>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <sstream>

#include "service/sockets/address_counts.hpp"

namespace metabatch::cli {
namespace {

constexpr Duration kMaxDrainGrace = std::chrono::seconds(60);

service::ListenAddress listen_address(const std::string& flag, const std::string& text) {
  auto parsed = service::parse_listen_address(text);
  if (const std::string* const wrong = std::get_if<std::string>(&parsed)) throw UsageError(flag + ": " + *wrong);
  return std::get<0>(std::move(parsed));
}

/// @source chmod(1): octal digits
mode_t socket_mode(const std::string& text) {
  mode_t mode = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || mode > 0777)
    throw UsageError("--socket-mode: octal, from 0 to 0777");
  return mode;
}

service::ServerOptions server_options(const ServeFlags& flags) {
  service::ServerOptions options;
  if (flags.tls_certificate.empty() != flags.tls_key.empty()) throw UsageError("--tls-cert and --tls-key go together");
  if (flags.tls_certificate.empty() && !flags.tls_client_ca.empty())
    throw UsageError("--tls-client-ca needs --tls-cert");
  options.listen = listen_address("--listen", flags.listen);
  options.socket_mode = socket_mode(flags.socket_mode);
  options.threads = flags.threads;
  options.allowed_hosts = flags.allowed_hosts;
  options.tls = {.certificate = flags.tls_certificate,
                 .key = flags.tls_key,
                 .ciphers = flags.tls_ciphers,
                 .client_ca = flags.tls_client_ca,
                 .needs_tls13 = flags.tls_min_version == "1.3"};
  options.limits.connections = flags.max_connections;
  options.limits.connections_per_address = flags.max_connections_per_address;
  options.trusted_proxies = flags.trusted_proxies;
  for (const std::string& one : flags.trusted_proxies)
    if (!service::parse_address(one)) throw UsageError("--trusted-proxy: '" + one + "' is not an IP address");
  options.limits.body_bytes = flags.max_body_bytes;
  if (!flags.relay.empty()) {
    auto parsed = service::parse_relay_address(flags.relay);
    if (const std::string* const wrong = std::get_if<std::string>(&parsed)) throw UsageError("--relay: " + *wrong);
    options.relay = std::get<0>(std::move(parsed));
  }
  options.relays_reports = flags.relay_metadata;
  if (flags.relay_metadata && flags.relay.empty()) throw UsageError("--relay-metadata needs --relay");
  return options;
}

/// The database as `--db` reads it, without secrets. It is a URI when a value holds more than plain
/// characters, because percent-encoding needs no quotes.
std::string database_text(const sql::Database& database) {
  if (const std::string* const file = database.sqlite_file()) return "sqlite:" + *file;
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/:,@-";
  std::string keywords, query;
  bool is_plain = true;
  for (const auto& [keyword, value] : database.postgres()->values()) {
    if (keyword == "password" || keyword == "sslpassword" || keyword == "oauth_client_secret") continue;
    is_plain &= !value.empty() && value.find_first_not_of(kPlain) == std::string::npos;
    keywords.append(keywords.empty() ? "" : " ").append(keyword).append("=").append(value);
    query += (query.empty() ? "?" : "&") + keyword + "=" +
             QByteArray::fromStdString(value).toPercentEncoding().toStdString();
  }
  return is_plain && !keywords.empty() ? keywords : "postgresql:///" + query;
}

/// @source TOML 1.0.0, "String": basic and literal strings
std::string toml_string(std::string_view value) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; };
  const bool has_control = std::any_of(value.begin(), value.end(), is_control);
  const bool has_quote = value.find('\'') != std::string_view::npos;
  if (!has_control && value.find_first_of("\"\\") == std::string_view::npos) return "\"" + std::string(value) + "\"";
  if (!has_control && !has_quote) return "'" + std::string(value) + "'";
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    if (!is_control(c)) {
      text += c;
      continue;
    }
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    text += escape;
  }
  return text + "\"";
}

/// Adds a line of a config file. The file cannot express a setting that is not given, so the line
/// is then a comment.
void add_line(std::string& text, std::string_view key, const std::string& value) {
  if (value.empty()) text += "# ";
  text.append(key).append(" = ").append(toml_string(value)).append("\n");
}

void add_list(std::string& text, std::string_view key, const std::vector<std::string>& values) {
  std::string list;
  for (const std::string& value : values) list += (list.empty() ? "" : ", ") + toml_string(value);
  if (values.empty()) text += "# ";
  text.append(key).append(" = [").append(list).append("]\n");
}

void add_config(std::string& text, const Config& config) {
  add_line(text, "batch-size", std::to_string(config.batch_size));
  add_line(text, "interval", format_duration(config.interval));
  add_line(text, "queue", std::string(name_of(config.queue)));
  add_line(text, "queue-capacity", std::to_string(config.queue_capacity));
  add_line(text, "batch-bytes", std::to_string(config.batch_bytes));
  add_line(text, "agent-capacity", std::to_string(config.agent_capacity));
  add_line(text, "queue-bytes", std::to_string(config.queue_bytes));
  add_line(text, "suppress-unchanged", format_duration(config.suppress_unchanged));
  add_line(text, "suppress-capacity", std::to_string(config.suppress_capacity));
  add_line(text, "schedule", std::string(name_of(config.schedule)));
  add_line(text, "ties", std::string(name_of(config.ties)));
  add_line(text, "on-failure", std::string(name_of(config.on_failure)));
  add_line(text, "final-flush-timeout", format_duration(config.final_flush_timeout));
  add_line(text, "max-payload-bytes", std::to_string(config.max_payload_bytes));
  add_line(text, "channel", config.channel);
}

/// The settings that are read only at the start.
std::string fixed_lines(const ServeFlags& flags) {
  std::string text;
  add_line(text, "db", database_text(flags.database.database()));
  add_line(text, "listen", flags.listen);
  add_line(text, "metrics-listen", flags.metrics_listen);
  add_line(text, "socket-mode", flags.socket_mode);
  add_line(text, "relay", flags.relay);
  add_line(text, "relay-metadata", flags.relay_metadata ? "true" : "false");
  add_line(text, "ui", flags.ui ? "true" : "false");
  add_line(text, "user-sessions", flags.user_sessions ? "true" : "false");
  add_line(text, "writers", std::to_string(flags.writers));
  add_line(text, "pubsub", flags.pubsub.settings().address.shown());
  add_line(text, "nats-subject", flags.pubsub.subject);
  add_line(text, "nats-creds", flags.pubsub.credentials);
  add_line(text, "nats-ca", flags.pubsub.ca);
  add_line(text, "nats-cert", flags.pubsub.certificate);
  add_line(text, "nats-key", flags.pubsub.key);
  add_line(text, "spool", flags.spool);
  add_list(text, "allowed-host", flags.allowed_hosts);
  add_line(text, "tls-cert", flags.tls_certificate);
  add_line(text, "tls-key", flags.tls_key);
  add_line(text, "tls-min-version", flags.tls_min_version);
  add_line(text, "tls-ciphers", flags.tls_ciphers);
  add_line(text, "tls-client-ca", flags.tls_client_ca);
  add_line(text, "max-streams-per-agent", std::to_string(flags.max_streams_per_agent));
  add_line(text, "drain-grace", flags.drain_grace);
  add_line(text, "metric-prefix", flags.metric_prefix);
  add_line(text, "threads", std::to_string(flags.threads));
  add_line(text, "max-connections", std::to_string(flags.max_connections));
  add_line(text, "max-connections-per-address", std::to_string(flags.max_connections_per_address));
  add_list(text, "trusted-proxy", flags.trusted_proxies);
  add_line(text, "max-body-bytes", std::to_string(flags.max_body_bytes));
  add_line(text, "log-format", flags.log_format);
  add_line(text, "access-log", std::to_string(flags.access_log));
  return text;
}

}  // namespace

void ServeFlags::reset() {
  auto given = std::move(settings.given);
  for (auto& [setting, text] : given) text.reset();
  *this = {};
  settings.given = std::move(given);
}

Duration ServeFlags::refresh() const {
  const Duration refresh = duration_of("--token-refresh", token_refresh);
  if (refresh < std::chrono::seconds(1)) throw UsageError("--token-refresh: at least 1s");
  return refresh;
}

service::ServiceOptions ServeFlags::options() const {
  if (!is_metric_prefix(metric_prefix)) throw UsageError("--metric-prefix: letters, digits, _ and : only");
  service::ServiceOptions options{.config = settings.config(), .database = database.database()};
  options.pubsub = pubsub.settings();
  options.writers = writers;
  options.server = server_options(*this);
  if (!metrics_listen.empty()) options.metrics_listen = listen_address("--metrics-listen", metrics_listen);
  options.streams_per_agent = max_streams_per_agent;
  options.drain_grace = duration_of("--drain-grace", drain_grace);
  if (options.drain_grace < Duration::zero() || options.drain_grace > kMaxDrainGrace)
    throw UsageError("--drain-grace: from 0s to 60s");
  options.watch_token_file = watch_token_file;
  options.metrics_token_file = metrics_token_file;
  options.has_watcher = ui;
  options.user_sessions = user_sessions;
  if (user_sessions && options.database.postgres() == nullptr)
    throw UsageError("--user-sessions needs a PostgreSQL server");
  options.token_refresh = refresh();
  options.metric_prefix = metric_prefix;
  options.access_log = access_log;
  options.version = QCoreApplication::applicationVersion().toStdString();
  return options;
}

std::string ServeFlags::config_text() const {
  const service::ServiceOptions as_run = options();
  std::string text = "# as it would run, without secrets\n" + fixed_lines(*this);
  add_config(text, as_run.config);
  add_line(text, "token-refresh", format_duration(as_run.token_refresh));
  add_line(text, "watch-token-file", watch_token_file);
  add_line(text, "metrics-token-file", metrics_token_file);
  return text;
}

std::string ServeFlags::changed_beyond_reload(const ServeFlags& as_run) const {
  std::istringstream before(fixed_lines(as_run)), now(fixed_lines(*this));
  std::string changed;
  for (std::string old, line; std::getline(before, old) && std::getline(now, line);) {
    if (line == old) continue;
    const std::size_t name = line.starts_with("# ") ? 2 : 0;
    changed += (changed.empty() ? "" : ", ") + line.substr(name, line.find(' ', name) - name);
  }
  return changed;
}

void ServeFlags::add_tls(CLI::App& app) {
  app.add_option("--tls-cert", tls_certificate, "certificate chain, PEM")->type_name("FILE");
  app.add_option("--tls-key", tls_key, "its key, PEM")->type_name("FILE");
  app.add_option("--tls-min-version", tls_min_version, "oldest version of TLS, 1.2 or 1.3 (1.2)")
      ->check(CLI::IsMember({"1.2", "1.3"}));
  app.add_option("--tls-ciphers", tls_ciphers,
                 "ciphers of TLS 1.2, as OpenSSL lists them (ECDHE with AES-GCM, ChaCha20)")
      ->type_name("LIST");
  app.add_option("--tls-client-ca", tls_client_ca, "accept only clients with a certificate of this authority, PEM")
      ->type_name("FILE");
}

void ServeFlags::add_limits(CLI::App& app) {
  app.add_option("--threads", threads, "threads that serve connections (processors, at most 4)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{0}, service::kMaxServerThreads));
  app.add_option("--max-connections", max_connections, "connections at once, watchers included (20000)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
  app.add_option("--max-connections-per-address", max_connections_per_address,
                 "connections at once of one IP address, or of one IPv6 network of 64 bits (0: any number)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{0}, std::size_t{1'000'000}));
  app.add_option("--trusted-proxy", trusted_proxies, "an IP address whose connections are not counted so")
      ->type_name("ADDRESS")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--max-streams-per-agent", max_streams_per_agent, "watch streams that one agent may have (20)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
  app.add_option("--drain-grace", drain_grace, "at the end: how long /readyz says no before the port closes (2s)")
      ->type_name("TIME");
  app.add_option("--max-body-bytes", max_body_bytes, "of one report (1048576)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1024}, std::size_t{2} << 20));
}

void ServeFlags::add_listeners(CLI::App& app) {
  app.add_option(
         "--listen", listen,
         "where to serve (127.0.0.1:7280); :PORT is every address, port 0 any free port, unix:PATH a Unix socket")
      ->type_name("ADDRESS:PORT");
  app.add_option("--metrics-listen", metrics_listen,
                 "serve /metrics, /healthz and /readyz there, and /metrics only there")
      ->type_name("ADDRESS:PORT");
  app.add_option("--socket-mode", socket_mode, "mode of the files of Unix sockets, octal (0660)")->type_name("MODE");
  app.add_option("--metrics-token-file", metrics_token_file,
                 "tokens one of which /metrics needs (Authorization: Bearer TOKEN), one a line")
      ->type_name("FILE");
}

void ServeFlags::add_to(CLI::App& app) {
  database.add_to(app);
  add_listeners(app);
  app.add_option("--watch-token-file", watch_token_file, "tokens that may watch every agent, one a line")
      ->type_name("FILE");
  app.add_flag("--ui", ui, "serve a page at / that shows agents and their values to who has a token");
  app.add_flag("--user-sessions", user_sessions,
               "let people watch their own agents with a session of the control plane");
  app.add_option("--token-refresh", token_refresh, "how often agents and tokens are read (5m)")->type_name("TIME");
  app.add_option("--allowed-host", allowed_hosts, "a name that the Host header may hold, beside localhost and IPs")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--relay", relay, "a control plane that answers the agents' RPC calls which are not reports")
      ->type_name("https://HOST");
  app.add_flag("--relay-metadata", relay_metadata, "send reports taken by RPC to the control plane too");
  add_tls(app);
  add_limits(app);
  app.add_option("--metric-prefix", metric_prefix, "before every metric (coderd_agentapi_)")->type_name("TEXT");
  app.add_option("--log-format", log_format, "logfmt or json, on stderr (logfmt)")
      ->check(CLI::IsMember({"logfmt", "json"}));
  app.add_option("--access-log", access_log, "log what was answered, at most N lines a second, never a token (0: not)")
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000}));
  app.add_flag("--print-config", print_config, "print the settings as they would be, without secrets, and end");
  app.add_option("--config", config_file, "TOML file with flags (metabatch/config.toml in your config folder)")
      ->type_name("FILE");
  settings.add_to(app);
  pubsub.add_to(app);
  add_writers(app, writers);
  add_spool(app, spool);
}

}  // namespace metabatch::cli
