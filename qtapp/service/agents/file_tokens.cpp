// SPDX-License-Identifier: Apache-2.0
#include "service/agents/file_tokens.hpp"

#include "feed/text_file.hpp"
#include "service/agents/agent_directory.hpp"

namespace metabatch::service {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;  // of a file of tokens

}  // namespace

std::variant<std::vector<std::string>, std::string> read_tokens(const std::string& file) {
  const feed::TextFile read = feed::read_text_file(file, kMostBytes);
  if (!read.problem.empty()) return read.problem;
  std::vector<std::string> tokens;
  for (const feed::ListedLine& one : feed::listed_lines(read.text)) {
    if (one.text.size() < kLeastToken)
      return file + ": line " + std::to_string(one.line) + ", column " + std::to_string(one.column) +
             ": the token is shorter than " + std::to_string(kLeastToken) + " characters";
    tokens.emplace_back(one.text);
  }
  return tokens;
}

std::string FileTokens::read(const std::string& file) {
  auto read = read_tokens(file);
  if (std::string* const wrong = std::get_if<std::string>(&read)) return std::move(*wrong);
  tokens_ = std::make_shared<const std::vector<std::string>>(std::get<0>(std::move(read)));
  return {};
}

bool FileTokens::admits(std::string_view token) const {
  const auto tokens = tokens_.load();
  if (!tokens) return false;
  bool is_known = false;
  for (const std::string& one : *tokens) is_known |= are_equal_in_constant_time(one, token);
  return is_known;
}

}  // namespace metabatch::service
