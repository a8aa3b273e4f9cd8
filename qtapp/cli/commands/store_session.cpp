// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/store_session.hpp"

#include "cli/flags/arguments.hpp"
#include "engine/clock.hpp"
#include "engine/health_sample.hpp"

namespace metabatch::cli {

void check_writers(const SessionOptions& options) {
  if (options.writers > 1 && options.database.postgres() == nullptr)
    throw UsageError("--writers " + std::to_string(options.writers) +
                     ": a SQLite file has one writer; more need PostgreSQL (--db postgres://...)");
  if (const auto lane = engine::config_of_lane(options.config, options.writers - 1, options.writers); !lane)
    throw UsageError(engine::describe(lane.error(), options.config, options.writers));
}

bool is_usable(const SessionOptions& options, Console& console) {
  check_writers(options);
  const auto wrong = options.database.check();
  if (!wrong) return true;
  const bool is_locked = wrong->failure == FailureClass::timeout && options.database.postgres() == nullptr;
  console.message(wrong->message + (is_locked ? "; waiting for it" : ""));
  return is_locked;
}

std::unique_ptr<Spool> open_spool(const std::string& file, Console& console) {
  if (file.empty()) return nullptr;
  auto opened = Spool::open(file, [&console](Spool::Event, const std::string& text) { console.message(text); });
  if (const std::string* const wrong = std::get_if<std::string>(&opened)) throw UsageError(*wrong);
  return std::get<0>(std::move(opened));
}

RunResult result_of(const SessionResult& session, std::size_t writers, std::uint64_t reports, bool input_waits) {
  const engine::Snapshot& snapshot = session.snapshot;
  health::Sample end = engine::health_sample(snapshot, writers, reports, engine::system_clock().now());
  end.now.input_waits = input_waits;
  RunResult result;
  result.summary = summarize(snapshot.counters, snapshot.metrics, reports, session.elapsed);
  if (snapshot.counters.held() > 0) result.oldest_unwritten = snapshot.oldest_age;
  result.assessment = health::assess(engine::facts_of_run(end, session.elapsed));
  result.flush_times = session.flush_times;
  return result;
}

int finish(const SessionResult& session, const RunResult& result, FinishOptions options, Console& console) {
  const std::string text = options.json ? result_json(result) : result_text(result, session.snapshot.config);
  if (options.data_is_taken && !options.json)
    console.text(text);
  else
    console.data(text);
  const bool is_printed = console.finish_data();
  if (const std::uint64_t held = result.summary.counters.held(); held > 0)
    console.message("not written: " + counted(held, "entry"));
  if (session.is_interrupted) return exit_interrupted;
  if (options.is_failed || !is_printed) return exit_failed;
  return is_incomplete(result) ? exit_incomplete : exit_ok;
}

}  // namespace metabatch::cli
