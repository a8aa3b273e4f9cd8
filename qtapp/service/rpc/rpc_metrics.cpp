// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/rpc_metrics.hpp"

#include <string_view>

namespace metabatch::service {
namespace {

constexpr std::array<std::string_view, 7> kOutcomes = {"taken",  "dropped",       "refused", "malformed",
                                                       "closed", "unimplemented", "relayed"};

}  // namespace

void RpcMetrics::write(PrometheusText& to) const {
  to.single("metadata_rpc_connections_total", MetricType::counter, "Total number of RPC connections of agents.",
            connections_.load(std::memory_order_relaxed));
  to.family("metadata_rpc_calls_total", MetricType::counter, "Total number of RPC calls answered, by outcome.");
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
    const Label labels[] = {{"outcome", kOutcomes[i]}};
    to.sample(calls_[i].load(std::memory_order_relaxed), labels);
  }
}

}  // namespace metabatch::service
