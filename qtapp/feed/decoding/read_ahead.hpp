// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <memory_resource>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "feed/decoding/record_source.hpp"
#include "feed/input_file.hpp"
#include "feed/ndjson.hpp"

namespace metabatch::feed {

/// A line and what it says.
struct ParsedLine {
  Line line;      ///< without its text
  Record record;  ///< blank for a line that is too long
};

/// Lines that followed one another in the input.
struct ParsedLines {
  std::span<const ParsedLine> lines;
  bool pauses = false;  ///< the input has had nothing more for kPause
};

/// Reads and parses an input on a thread of its own, at most a few blocks of lines ahead of the
/// thread that takes them. What was read is handed over before the next read, so a line never waits
/// for the line after it.
class ReadAhead {
 public:
  /// @owns `input` and `stop` outlive it; nobody else reads `input`
  ReadAhead(Input& input, Stop& stop);
  ~ReadAhead();  ///< calls leave()
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// The lines after those of the last call; waits for them. Null: the end, or a stop was
  /// requested.
  ///
  /// @owns the lines and their texts are valid until the next call, or leave()
  const ParsedLines* next();
  /// Ends the thread; nothing more is taken. Requests a stop when the input was not read to its
  /// end.
  void leave();
  /// See RecordSource: known with the first line.
  [[nodiscard]] const std::string& form() const { return form_; }
  /// See RecordSource: known at the end, or after leave(); empty when a stop was requested.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  static constexpr std::size_t kBlocks = 4;         // one is taken, one is filled; two for differences in speed
  static constexpr std::size_t kBlockLines = 1024;  // then a block is full
  static constexpr std::size_t kBlockTexts = std::size_t{128} << 10;  // bytes; the same

  /// The memory of some lines, used again and again.
  struct Block {
    std::vector<char> memory = std::vector<char>(kBlockTexts);
    std::pmr::monotonic_buffer_resource texts{memory.data(), memory.size()};
    std::vector<ParsedLine> lines;
    std::size_t text_bytes = 0;
    ParsedLines shown;
  };

  void run();
  void append(const Line& line);
  void hand_over(bool pauses);
  Block& filling() { return blocks_[filled_ % kBlocks]; }

  Input& input_;
  Stop& stop_;
  RecordSource source_;  // of the thread
  NdjsonParser parser_;  // of the thread
  std::array<Block, kBlocks> blocks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t filled_ = 0;    // blocks, by the thread; changed under mutex_
  std::uint64_t freed_ = 0;     // mutex_
  bool is_read_ = false;        // mutex_: nothing follows what is filled
  bool is_left_ = false;        // mutex_: nothing more is taken
  bool is_holding_ = false;     // the taker has block freed_
  std::string form_, problem_;  // written before a block, or the end, is handed over
  std::thread thread_;          // last: it uses all others
};

}  // namespace metabatch::feed
