// SPDX-License-Identifier: Apache-2.0
#include "models/chart_specs.hpp"

namespace metabatch::models {
namespace {

constexpr ChartLine kWrites[] = {{"unbatched", "reports, each a write when unbatched", Stroke::line, 3},
                                 {"writes", "writes", Stroke::line, 0},
                                 {"notifies", "NOTIFYs", Stroke::line, 1}};
constexpr ChartLine kReasons[] = {{"stack.capacity", "capacity", Stroke::area, 0},
                                  {"stack.scheduled", "scheduled", Stroke::area, 1},
                                  {"stack.shutdown", "shutdown", Stroke::area, 2}};
constexpr ChartLine kSizes[] = {
    {"batch.limit", "batch size", Stroke::limit, 3},    {"size.capacity", "capacity", Stroke::points, 0},
    {"size.scheduled", "scheduled", Stroke::points, 1}, {"size.shutdown", "shutdown", Stroke::points, 2},
    {"size.p99", "p99", Stroke::line, 3, true},         {"size.p50", "p50", Stroke::line, 4, true},
    {"size.mean", "mean", Stroke::line, 0, true}};
constexpr ChartLine kDurations[] = {
    {"duration.p99", "p99", Stroke::line, 3},        {"duration.p50", "p50", Stroke::line, 4},
    {"capacity", "capacity", Stroke::points, 0},     {"scheduled", "scheduled", Stroke::points, 1},
    {"shutdown", "shutdown", Stroke::points, 2},     {"failed", "failed", Stroke::points, 5},
    {"duration.mean", "mean", Stroke::line, 0, true}};
constexpr ChartLine kDelays[] = {{"delay.p99", "p99", Stroke::line, 0}, {"delay.p50", "p50", Stroke::line, 1}};
constexpr ChartLine kHeld[] = {{"room", "room", Stroke::limit, 3}, {"held", "held", Stroke::area, 0}};
constexpr ChartLine kLosses[] = {{"dropped", "dropped", Stroke::line, 5}, {"coalesced", "coalesced", Stroke::line, 0}};
constexpr ChartLine kUpdates[] = {{"updates", "updates", Stroke::line, 0},
                                  {"entries", "entries (newest of a key)", Stroke::line, 1}};

constexpr ChartSpec kCharts[] = {
    {"writes", "Database writes and NOTIFYs", "per second", kWrites},
    {"reasons", "Flushes by reason", "per second, stacked", kReasons},
    {"batch-size", "Batch size", "entries a flush", kSizes},
    {"duration", "Flush duration", "milliseconds", kDurations},
    {"delay", "Delay from add to written", "seconds", kDelays},
    {"held", "Held, and the room", "entries", kHeld},
    {"losses", "Dropped and coalesced", "updates per second", kLosses},
    {"updates", "Updates that arrive", "per second", kUpdates},
};

constexpr ChartLine kHeardLines[] = {{"heard", "notifications", Stroke::area, 0}};
constexpr ChartLine kNamed[] = {{"named", "agents named", Stroke::area, 2}};
constexpr ChartLine kLatency[] = {{"latency", "latency", Stroke::line, 1}};
constexpr ChartSpec kChannelCharts[] = {
    {"heard", "Notifications heard", "per second", kHeardLines},
    {"named", "Agents named", "per second", kNamed},
    {"latency", "From NOTIFY to here", "milliseconds", kLatency},
};

}  // namespace

std::span<const ChartSpec> chartSpecs() { return kCharts; }

std::span<const ChartSpec> channelSpecs() { return kChannelCharts; }

}  // namespace metabatch::models
