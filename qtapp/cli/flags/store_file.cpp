// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/store_file.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/flags/arguments.hpp"
#include "feed/text_file.hpp"

namespace metabatch::cli {
namespace {

using StoreJson = nlohmann::json;

constexpr std::size_t kMaxStoreBytes = std::size_t{16} << 20;
constexpr double kMostSeconds = 3600;

class StoreReader {
 public:
  explicit StoreReader(const std::string& path) : path_(path) {}

  void read(StoreModel& store) const {
    const feed::TextFile file = feed::read_text_file(path_, kMaxStoreBytes);
    if (!file.problem.empty()) throw UsageError("--store-from: " + file.problem);
    const StoreJson result = StoreJson::parse(file.text, nullptr, false);
    if (!result.is_object()) fail("it is not the JSON result of `metabatch run --json` or `ingest --json`");
    const auto measured = result.find("store");
    if (measured == result.end()) fail("it has no member `store`; only results of run and ingest have one");
    if (!measured->is_object()) fail("the run had too few flushes to measure the database");
    store.latency.shape = LatencyShape::lognormal;
    store.latency.p50 = duration(*measured, "latency_p50_s");
    store.latency.p99 = duration(*measured, "latency_p99_s");
    store.row_cost = duration(*measured, "row_cost_s");
    if (store.latency.p99 < store.latency.p50) fail("store.latency_p99_s is below store.latency_p50_s");
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw UsageError("--store-from: " + path_ + ": " + what); }

  Duration duration(const StoreJson& store, const char* name) const {
    const auto found = store.find(name);
    const double seconds = found != store.end() && found->is_number() ? found->get<double>() : -1;
    if (!(seconds >= 0 && seconds <= kMostSeconds))
      fail(std::string("store.") + name + " must be a number of seconds from 0 to 3600");
    return Duration(std::llround(seconds * 1e9));
  }

  const std::string& path_;
};

}  // namespace

void read_store_file(const std::string& path, StoreModel& store) { StoreReader(path).read(store); }

}  // namespace metabatch::cli
