// SPDX-License-Identifier: Apache-2.0
#include "models/charts/chart_specs.hpp"

#include <QCoreApplication>

namespace metabatch::models {
namespace {

constexpr ChartLine kWrites[] = {{"unbatched", QT_TRANSLATE_NOOP("Charts", "writes without batching"), Stroke::line, 3},
                                 {"writes", QT_TRANSLATE_NOOP("Charts", "writes"), Stroke::line, 0},
                                 {"notifies", QT_TRANSLATE_NOOP("Charts", "NOTIFYs"), Stroke::line, 1}};
constexpr ChartLine kReasonLines[] = {{"stack.capacity", QT_TRANSLATE_NOOP("Charts", "capacity"), Stroke::area, 0},
                                      {"stack.scheduled", QT_TRANSLATE_NOOP("Charts", "scheduled"), Stroke::area, 1},
                                      {"stack.shutdown", QT_TRANSLATE_NOOP("Charts", "shutdown"), Stroke::area, 2}};
constexpr ChartLine kSizes[] = {{"batch.limit", QT_TRANSLATE_NOOP("Charts", "batch size"), Stroke::limit, 3},
                                {"size.capacity", QT_TRANSLATE_NOOP("Charts", "capacity"), Stroke::points, 0},
                                {"size.scheduled", QT_TRANSLATE_NOOP("Charts", "scheduled"), Stroke::points, 1},
                                {"size.shutdown", QT_TRANSLATE_NOOP("Charts", "shutdown"), Stroke::points, 2},
                                {"size.p99", QT_TRANSLATE_NOOP("Charts", "p99"), Stroke::line, 3, true},
                                {"size.p50", QT_TRANSLATE_NOOP("Charts", "p50"), Stroke::line, 4, true},
                                {"size.mean", QT_TRANSLATE_NOOP("Charts", "mean"), Stroke::line, 0, true}};
constexpr ChartLine kDurations[] = {{"duration.p99", QT_TRANSLATE_NOOP("Charts", "p99"), Stroke::line, 3},
                                    {"duration.p50", QT_TRANSLATE_NOOP("Charts", "p50"), Stroke::line, 4},
                                    {"capacity", QT_TRANSLATE_NOOP("Charts", "capacity"), Stroke::points, 0},
                                    {"scheduled", QT_TRANSLATE_NOOP("Charts", "scheduled"), Stroke::points, 1},
                                    {"shutdown", QT_TRANSLATE_NOOP("Charts", "shutdown"), Stroke::points, 2},
                                    {"failed", QT_TRANSLATE_NOOP("Charts", "failed"), Stroke::points, 5},
                                    {"duration.mean", QT_TRANSLATE_NOOP("Charts", "mean"), Stroke::line, 0, true}};
constexpr ChartLine kDelays[] = {{"delay.p99", QT_TRANSLATE_NOOP("Charts", "p99"), Stroke::line, 0},
                                 {"delay.p50", QT_TRANSLATE_NOOP("Charts", "p50"), Stroke::line, 1}};
constexpr ChartLine kHeld[] = {{"buffer.limit", QT_TRANSLATE_NOOP("Charts", "capacity"), Stroke::limit, 3},
                               {"held", QT_TRANSLATE_NOOP("Charts", "buffered"), Stroke::area, 0}};
constexpr ChartLine kLosses[] = {{"dropped", QT_TRANSLATE_NOOP("Charts", "dropped"), Stroke::line, 5},
                                 {"coalesced", QT_TRANSLATE_NOOP("Charts", "coalesced"), Stroke::line, 0}};
constexpr ChartLine kUpdates[] = {
    {"updates", QT_TRANSLATE_NOOP("Charts", "updates"), Stroke::line, 0},
    {"entries", QT_TRANSLATE_NOOP("Charts", "entries (newest of a key)"), Stroke::line, 1}};

constexpr ChartLine kOutcomeLines[] = {
    {"outcome.ok", QT_TRANSLATE_NOOP("Charts", "succeeded"), Stroke::line, 2},
    {"outcome.connection", QT_TRANSLATE_NOOP("Charts", "connection failed"), Stroke::line, 5},
    {"outcome.timeout", QT_TRANSLATE_NOOP("Charts", "timed out"), Stroke::line, 1},
    {"outcome.conflict", QT_TRANSLATE_NOOP("Charts", "deadlock or conflict"), Stroke::line, 4},
    {"outcome.other", QT_TRANSLATE_NOOP("Charts", "failed otherwise"), Stroke::line, 3}};
constexpr ChartLine kOldestLines[] = {{"interval", QT_TRANSLATE_NOOP("Charts", "interval"), Stroke::limit, 3},
                                      {"oldest", QT_TRANSLATE_NOOP("Charts", "oldest value"), Stroke::area, 1}};

constexpr ChartSpec kCharts[] = {
    {"writes", QT_TRANSLATE_NOOP("Charts", "Database writes and NOTIFYs"),
     QT_TRANSLATE_NOOP("Charts", "per second, mean of 10 s; logarithmic"), kWrites, true},
    {"reasons", QT_TRANSLATE_NOOP("Charts", "Flushes by reason"),
     QT_TRANSLATE_NOOP("Charts", "per second, mean of 10 s, stacked"), kReasonLines},
    {"batch-size", QT_TRANSLATE_NOOP("Charts", "Batch size"), QT_TRANSLATE_NOOP("Charts", "entries a flush"), kSizes},
    {"duration", QT_TRANSLATE_NOOP("Charts", "Flush duration"), QT_TRANSLATE_NOOP("Charts", "milliseconds"),
     kDurations},
    {"delay", QT_TRANSLATE_NOOP("Charts", "Delay from add to written"),
     QT_TRANSLATE_NOOP("Charts", "seconds, of the last 10 s"), kDelays},
    {"held", QT_TRANSLATE_NOOP("Charts", "Buffered entries and the capacity"), QT_TRANSLATE_NOOP("Charts", "entries"),
     kHeld},
    {"losses", QT_TRANSLATE_NOOP("Charts", "Dropped and coalesced"),
     QT_TRANSLATE_NOOP("Charts", "updates per second, mean of 10 s"), kLosses},
    {"updates", QT_TRANSLATE_NOOP("Charts", "Arriving updates"),
     QT_TRANSLATE_NOOP("Charts", "per second, mean of 10 s"), kUpdates},
    {"outcomes", QT_TRANSLATE_NOOP("Charts", "Flushes by outcome"),
     QT_TRANSLATE_NOOP("Charts", "per second, mean of 10 s"), kOutcomeLines},
    {"oldest", QT_TRANSLATE_NOOP("Charts", "Age of the oldest value"),
     QT_TRANSLATE_NOOP("Charts", "seconds, values in flight included"), kOldestLines},
};

constexpr ChartLine kReceived[] = {{"received", QT_TRANSLATE_NOOP("Charts", "notifications"), Stroke::area, 0}};
constexpr ChartLine kNamed[] = {{"named", QT_TRANSLATE_NOOP("Charts", "agents named"), Stroke::area, 2}};
constexpr ChartLine kLatency[] = {{"latency", QT_TRANSLATE_NOOP("Charts", "latency"), Stroke::line, 1}};
constexpr ChartSpec kChannelCharts[] = {
    {"received", QT_TRANSLATE_NOOP("Charts", "Notifications received"), QT_TRANSLATE_NOOP("Charts", "per second"),
     kReceived},
    {"named", QT_TRANSLATE_NOOP("Charts", "Agents named"), QT_TRANSLATE_NOOP("Charts", "per second"), kNamed},
    {"latency", QT_TRANSLATE_NOOP("Charts", "Latency of notifications"), QT_TRANSLATE_NOOP("Charts", "milliseconds"),
     kLatency},
};

}  // namespace

QString chartText(const char* text) { return QCoreApplication::translate("Charts", text); }

std::span<const ChartSpec> chartSpecs() { return kCharts; }

std::span<const ChartSpec> channelSpecs() { return kChannelCharts; }

}  // namespace metabatch::models
