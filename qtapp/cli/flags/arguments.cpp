// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "engine/lanes.hpp"

namespace metabatch::cli {
namespace {

namespace fs = std::filesystem;

struct SettingFlag {
  Setting setting;
  const char* type;
  const char* help;
};
constexpr SettingFlag kSettingFlags[] = {
    {Setting::batch_size, "N", "entries that make a batch due at once (500)"},
    {Setting::interval, "TIME", "how long entries wait at most (5s)"},
    {Setting::queue, "POLICY", "coalesce, or fifo as in the origin (coalesce)"},
    {Setting::queue_capacity, "N", "entries buffered at most (100000; fifo: 5 x batch size)"},
    {Setting::batch_bytes, "SIZE", "bytes of keys, values and errors of one batch, e.g. 4MiB (16MiB)"},
    {Setting::agent_capacity, "N", "distinct keys of one agent buffered at most (1024; ingest: the queue capacity)"},
    {Setting::queue_bytes, "SIZE", "bytes of keys, values and errors buffered at most, e.g. 64MiB (256MiB)"},
    {Setting::suppress_unchanged, "TIME",
     "do not write a value again that was written less than this ago; collected_at then stays as it was (0s: off)"},
    {Setting::suppress_capacity, "N", "keys whose values are remembered for that, 64 bytes each (1000000)"},
    {Setting::schedule, "POLICY", "fixed, after_flush, linger or reset (fixed)"},
    {Setting::ties, "RULE", "keep_first or keep_last when stamps are equal (keep_first)"},
    {Setting::on_failure, "POLICY", "retain or discard a batch whose write failed (retain)"},
    {Setting::final_flush_timeout, "TIME", "how long the final flush may take (15s)"},
    {Setting::max_payload_bytes, "N", "payload budget of one notification (8000)"},
    {Setting::channel, "NAME", "notification channel (workspace_agent_metadata_batch)"},
};

std::string with(std::string text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
  return text;
}

std::string flag_of(Setting setting) { return "--" + with(std::string(name_of(setting)), '_', '-'); }

std::int64_t count_of(Setting setting, const std::string& text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  int shift = 0;
  if (setting == Setting::queue_bytes || setting == Setting::batch_bytes)
    shift = unit == "KiB" ? 10 : unit == "MiB" ? 20 : unit == "GiB" ? 30 : 0;
  const bool is_whole = unit.empty() || shift > 0;
  const std::int64_t limit = INT64_MAX >> shift;
  if (read.ec != std::errc() || !is_whole || number > limit || number < -limit)
    throw UsageError(flag_of(setting) + ": '" + text + "' is not a whole number" +
                     (setting == Setting::queue_bytes ? ", with KiB, MiB or GiB if you like" : ""));
  return number * (std::int64_t{1} << shift);
}

template <class Policy>
Policy policy_of(Setting setting, const std::string& text, std::initializer_list<Policy> policies) {
  std::string names;
  for (const Policy policy : policies) {
    if (name_of(policy) == with(text, '-', '_')) return policy;
    names.append(names.empty() ? "" : ", ").append(name_of(policy));
  }
  throw UsageError(flag_of(setting) + ": '" + text + "' is none of " + names);
}

void set(Config& config, Setting setting, const std::string& text) {
  switch (setting) {
    case Setting::batch_size: config.batch_size = count_of(setting, text); break;
    case Setting::interval: config.interval = duration_of(flag_of(setting), text); break;
    case Setting::queue: config.queue = policy_of(setting, text, {QueuePolicy::coalesce, QueuePolicy::fifo}); break;
    case Setting::queue_capacity: config.queue_capacity = count_of(setting, text); break;
    case Setting::batch_bytes: config.batch_bytes = count_of(setting, text); break;
    case Setting::agent_capacity: config.agent_capacity = count_of(setting, text); break;
    case Setting::queue_bytes: config.queue_bytes = count_of(setting, text); break;
    case Setting::suppress_unchanged: config.suppress_unchanged = duration_of(flag_of(setting), text); break;
    case Setting::suppress_capacity: config.suppress_capacity = count_of(setting, text); break;
    case Setting::schedule:
      config.schedule = policy_of(
          setting, text,
          {SchedulePolicy::fixed, SchedulePolicy::after_flush, SchedulePolicy::linger, SchedulePolicy::reset});
      break;
    case Setting::ties: config.ties = policy_of(setting, text, {Ties::keep_first, Ties::keep_last}); break;
    case Setting::on_failure:
      config.on_failure = policy_of(setting, text, {OnFailure::retain, OnFailure::discard});
      break;
    case Setting::final_flush_timeout: config.final_flush_timeout = duration_of(flag_of(setting), text); break;
    case Setting::max_payload_bytes: config.max_payload_bytes = count_of(setting, text); break;
    case Setting::channel: config.channel = text; break;
  }
}

/// A folder of the XDG base directory specification; empty when there is no home.
fs::path xdg_folder(const char* variable, const char* below_home) {
  const char* const named = std::getenv(variable);
  if (named != nullptr && *named == '/') return named;  // the specification ignores relative ones
  const char* const home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? fs::path(home) / below_home : fs::path();
}

}  // namespace

void SettingsFlags::add_to(CLI::App& command) {
  for (const SettingFlag& flag : kSettingFlags)
    command.add_option(flag_of(flag.setting), given[flag.setting], flag.help)->type_name(flag.type)->group("Settings");
}

ValidConfig checked(const Config& asked) {
  Result<ValidConfig> valid = validated(asked);
  if (!valid) throw UsageError(describe(valid.error(), asked));
  return std::move(valid).value();
}

Config SettingsFlags::asked() const {
  Config config;
  for (const auto& [setting, text] : given)
    if (text.has_value()) set(config, setting, *text);
  return config;
}

void DatabaseFlag::add_to(CLI::App& command) {
  command
      .add_option("--db", given,
                  "database: sqlite:PATH, postgres://... or keywords of libpq (a file in your state folder)")
      ->type_name("URL");
}

std::string DatabaseFlag::address() const {
  if (given.has_value() && given->find_first_not_of(" \t") == given->npos)
    throw UsageError("--db: the address is empty; use sqlite:PATH, postgres://USER@HOST/DATABASE or KEYWORD=VALUE ...");
  return given.value_or("");
}

sql::Database DatabaseFlag::database() const {
  constexpr std::string_view kScheme = "sqlite:";
  const std::string named = address();
  if (!given.has_value()) {
    const fs::path folder = xdg_folder("XDG_STATE_HOME", ".local/state");
    if (folder.empty())
      throw UsageError("--db: there is no home folder for the default file; name one with --db sqlite:PATH");
    std::error_code failed;
    if (fs::create_directories(folder / "metabatch", failed))  // a failure is reported when the file is opened
      fs::permissions(folder / "metabatch", fs::perms::owner_all, failed);
    return sql::Database((folder / "metabatch" / "metabatch.db").string());
  }
  if (named.starts_with(kScheme) && named.size() > kScheme.size()) return sql::Database(named.substr(kScheme.size()));
  if (sql::PgAddress::is_meant(named)) return sql::Database(postgres());
  throw UsageError(
      "--db: not a database that metabatch knows; use sqlite:PATH, postgres://USER@HOST/DATABASE or KEYWORD=VALUE ...");
}

sql::PgAddress DatabaseFlag::postgres() const {
  const std::string named = address();
  if (given.has_value() && !sql::PgAddress::is_meant(named))
    throw UsageError("--db: this command is for PostgreSQL; use postgres://USER@HOST/DATABASE or KEYWORD=VALUE ...");
  auto parsed = sql::PgAddress::parse(named);
  if (const std::string* const wrong = std::get_if<std::string>(&parsed)) throw UsageError("--db: " + *wrong);
  return std::get<sql::PgAddress>(std::move(parsed));
}

void add_writers(CLI::App& command, std::size_t& writers) {
  command
      .add_option("--writers", writers,
                  "PostgreSQL: connections that write in parallel, each agent always on the same one (1)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, engine::kMaxLanes))
      ->group("Settings");
}

void add_spool(CLI::App& command, std::string& file) {
  command
      .add_option("--spool", file,
                  "store what cannot be written at the end, and write it at the next start; each process needs its own")
      ->type_name("FILE");
}

Duration duration_of(std::string_view flag, const std::string& text) {
  const Result<Duration> duration = parse_duration(text);
  if (!duration) throw UsageError(std::string(flag) + ": '" + text + "' is not a time like 250ms, 5s or 2m");
  return *duration;
}

}  // namespace metabatch::cli
