// SPDX-License-Identifier: Apache-2.0
#include "bench_pg_rows.hpp"

#include <algorithm>
#include <cstdio>

namespace metabatch::bench {
namespace {

double quantile(std::vector<double> values, std::size_t percent) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() * percent / 100];
}
double median(const std::vector<double>& values) { return quantile(values, 50); }

double median_of_ratios(const std::vector<double>& over, const std::vector<double>& under) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < over.size(); ++i) ratios.push_back(over[i] / under[i]);
  return median(ratios);
}

}  // namespace

void Row::add(const Turn& turn) {
  speed_.push_back(turn.krows_per_s);
  server_.push_back(turn.server_us);
  client_.push_back(turn.client_us);
  flushes_.insert(flushes_.end(), turn.flush_us.begin(), turn.flush_us.end());
}

double Row::calm() const {
  return flushes_.empty() ? *std::max_element(speed_.begin(), speed_.end()) : 1e3 / quantile(flushes_, 10);
}

double Row::faster_than(const Row& other) const { return median_of_ratios(speed_, other.speed_); }
double Row::server_beside(const Row& other) const { return median_of_ratios(server_, other.server_); }
double Row::ours_beside_server() const { return median_of_ratios(client_, server_); }

void Row::print(const std::string& name, const Row& base) const {
  const auto [least, most] = std::minmax_element(speed_.begin(), speed_.end());
  std::printf("  %-36s %7.1f (%5.1f-%5.1f) %7.2fx %7.1f %7.2fx %9.2f %7.2fx %9.2f %9.1f %%\n", name.c_str(),
              median(speed_), *least, *most, faster_than(base), calm(), calmly_faster_than(base), median(server_),
              base.server_beside(*this), median(client_), 100 * ours_beside_server());
  std::fflush(stdout);
}

void print_head(const std::string& title) {
  std::printf("\n%s\n  %-36s %7s (%5s-%5s) %8s %7s %8s %9s %8s %9s %11s\n", title.c_str(), "", "krows/s", "min", "max",
              "ratio", "calm", "ratio", "server us", "lighter", "client us", "ours/server");
}

void Verdicts::add(const std::string& what, Kind kind, double wanted, double seen, const std::string& unit,
                   const std::string& more) {
  const bool is_met = kind == Kind::at_least ? seen >= wanted : seen <= wanted;
  all_.push_back(
      {kind == Kind::told ? what : what + (kind == Kind::at_least ? " >= " : " <= ") + to_text(wanted) + unit,
       to_text(seen) + unit + (more.empty() ? "" : " (" + more + ")"),
       kind == Kind::told ? ""
       : is_met           ? "met"
                          : "MISSED"});
}

void Verdicts::print() const {
  std::printf("\n%-100s %-28s\n", "wanted", "seen");
  for (const Verdict& one : all_)
    std::printf("%-100s %-28s %s\n", one.what.c_str(), one.seen.c_str(), one.verdict.c_str());
  std::fflush(stdout);
}

std::string to_text(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", number);
  return text;
}

}  // namespace metabatch::bench
