// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace metabatch::service {

inline constexpr std::size_t kLeastToken = 16;  // characters: a shorter one could be guessed

/// The tokens of a file, one a line. Empty lines and lines that begin with # are left out.
///
/// @return or why the file cannot be used, with line and column
std::variant<std::vector<std::string>, std::string> read_tokens(const std::string& file);

/// Tokens from a file that open a door: to all agents, or to the metrics. Compared in constant
/// time. Any thread.
class FileTokens {
 public:
  /// @return why the file cannot be used, or "": its tokens, and only these, are valid now
  std::string read(const std::string& file);
  /// Whether a file was read. One without tokens admits nobody.
  [[nodiscard]] bool are_given() const { return tokens_.load() != nullptr; }
  [[nodiscard]] bool admits(std::string_view token) const;
  /// Makes the tokens of `others`, and only these, valid here.
  void take(const FileTokens& others) { tokens_ = others.tokens_.load(); }

 private:
  std::atomic<std::shared_ptr<const std::vector<std::string>>> tokens_;
};

}  // namespace metabatch::service
