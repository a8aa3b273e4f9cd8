// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metabatch/prometheus.hpp"

namespace metabatch::service {

/// The usual metrics of a process: memory, CPU time, file descriptors and start, without a prefix.
///
/// @shape started_at: seconds since 1970
/// @source Prometheus, "Writing client libraries", process metrics
void write_process_metrics(PrometheusText& to, double started_at);

}  // namespace metabatch::service
