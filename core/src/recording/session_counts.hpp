// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "metabatch/counters.hpp"

namespace metabatch {

/// Counters by the names that they have in a recording.
struct NamedCount {
  std::string_view name;
  std::uint64_t Counters::*count;
};
inline constexpr NamedCount kNamedCounts[] = {{"offered", &Counters::offered},
                                              {"dropped_full", &Counters::dropped_full},
                                              {"dropped_agent_full", &Counters::dropped_agent_full},
                                              {"dropped_closed", &Counters::dropped_closed},
                                              {"coalesced", &Counters::coalesced},
                                              {"stale", &Counters::stale},
                                              {"unchanged", &Counters::unchanged},
                                              {"written", &Counters::written},
                                              {"rows_stale", &Counters::rows_stale},
                                              {"unmatched", &Counters::unmatched},
                                              {"discarded", &Counters::discarded},
                                              {"quarantined", &Counters::quarantined},
                                              {"spooled", &Counters::spooled},
                                              {"waiting", &Counters::pending},
                                              {"queued", &Counters::queued},
                                              {"in_flight", &Counters::in_flight},
                                              {"set_apart", &Counters::set_apart}};

struct NamedFlushCount {
  std::string_view name;
  std::uint64_t FlushCounters::*count;
};
inline constexpr NamedFlushCount kNamedFlushCounts[] = {{"flushed_entries", &FlushCounters::flushed_entries},
                                                        {"retries", &FlushCounters::retries},
                                                        {"chunks", &FlushCounters::chunks},
                                                        {"notify_bytes", &FlushCounters::notify_bytes},
                                                        {"publish_errors", &FlushCounters::publish_errors},
                                                        {"rows_ahead", &FlushCounters::rows_ahead}};

}  // namespace metabatch
