// SPDX-License-Identifier: Apache-2.0
#include "service/flush_events.hpp"

#include <string>

namespace metabatch::service {

void FlushEvents::record(const engine::FlushRecord& flush) {
  if (flush.failure != FailureClass::none) {
    failing_.insert(flush.lane);
    log_.limited(Log::Level::error, "flush failed",
                 {{"class", std::string(name_of(flush.failure))},
                  {"entries", std::to_string(flush.entries)},
                  {"sqlstate", flush.sqlstate},
                  {"reason", flush.message}});
    return;
  }
  if (failing_.erase(flush.lane) > 0 && failing_.empty()) {
    log_.end_limited("flush failed");  // no count of failures follows the line that reports their end
    log_.limited(Log::Level::info, "flushes succeed again");
  }
  if (flush.fates.quarantined > 0)
    log_.limited(Log::Level::warning, "entries quarantined",
                 {{"entries", std::to_string(flush.fates.quarantined)}, {"reason", flush.message}});
  if (flush.publish_errors > 0)
    log_.limited(Log::Level::warning, "notifications not published, watchers read everything again",
                 {{"chunks", std::to_string(flush.publish_errors)}});
}

}  // namespace metabatch::service
