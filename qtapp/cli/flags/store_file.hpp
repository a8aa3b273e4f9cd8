// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "metabatch/simulation/store_model.hpp"

namespace metabatch::cli {

/// Sets the flush times to those that a run measured: the member `store` of the JSON result of
/// `run` or `ingest`. Outages and failures stay unchanged.
///
/// @errors throws UsageError that names path and reason: no file, no JSON, no `store` (the run had
///         too few flushes)
void read_store_file(const std::string& path, StoreModel& store);

}  // namespace metabatch::cli
