// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace metabatch::bench {

/// One turn of one form.
struct Turn {
  double krows_per_s = 0;
  double server_us = 0;               ///< an entry, of the server's processor
  double client_us = 0;               ///< an entry, of this program
  std::vector<double> flush_us = {};  ///< an entry, each flush by the clock
};

/// A line of a table: the turns of one form, one a round. Ratios are medians of the rounds' own,
/// because the speed of a machine drifts.
class Row {
 public:
  void add(const Turn& turn);
  void print(const std::string& name, const Row& base) const;

  /// The ratio to another form by wall time: over the rounds, and where nothing else ran.
  [[nodiscard]] double faster_than(const Row& other) const;
  [[nodiscard]] double calmly_faster_than(const Row& other) const { return calm() / other.calm(); }
  /// Processor time of the server, relative to another form.
  [[nodiscard]] double server_beside(const Row& other) const;
  /// This program's processor time, relative to the server's.
  [[nodiscard]] double ours_beside_server() const;

 private:
  /// The fastest tenth of the flushes (of writers: the best round), which other programs disturbed
  /// least.
  [[nodiscard]] double calm() const;
  std::vector<double> speed_, server_, client_, flushes_;
};

void print_head(const std::string& title);

/// The bounds, compared with what was measured.
class Verdicts {
 public:
  enum class Kind { at_least, at_most, told };  ///< reported only: it has no bound
  /// @shape seen: a number with its unit ("x", " %"); more: further remarks
  void add(const std::string& what, Kind kind, double wanted, double seen, const std::string& unit,
           const std::string& more = "");
  void print() const;

 private:
  struct Verdict {
    std::string what, seen, verdict;
  };
  std::vector<Verdict> all_;
};

/// "2.71"
std::string to_text(double number);

}  // namespace metabatch::bench
