// SPDX-License-Identifier: Apache-2.0
// Any bytes to a yamux session, in portions and at once: the events are the same, and nothing is
// read outside the input.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agentrpc/yamux.hpp"

namespace {

using namespace metabatch;
using namespace metabatch::agentrpc;

struct Seen {
  std::string text;
  YamuxEnd end = YamuxEnd::none;
  std::string output;
  bool operator==(const Seen&) const = default;
};

Seen run(YamuxSide side, std::string_view bytes, std::size_t portion) {
  Yamux yamux(side, Instant{}, {.streams = 8, .buffered_bytes = 4096});
  Seen seen;
  std::string data;
  for (std::size_t at = 0; at < bytes.size(); at += portion) {
    yamux.receive(bytes.substr(at, portion), Instant{});
    while (const auto event = yamux.next()) {
      if (event->kind == YamuxEvent::Kind::data) {
        data += event->bytes;  // each portion gives an event of its own: only their content must be equal
        yamux.consumed(event->stream, event->bytes.size());
        continue;
      }
      (seen.text += static_cast<char>('A' + static_cast<int>(event->kind))) += std::to_string(event->stream);
      if (event->kind == YamuxEvent::Kind::finished) yamux.finish(event->stream);
    }
  }
  (seen.text += '|') += data;
  seen.end = yamux.end();
  seen.output = yamux.take_output();
  if (yamux.streams() > 8) std::abort();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const YamuxSide side = data[0] % 2 == 0 ? YamuxSide::server : YamuxSide::client;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  const std::size_t portion = data[1] % 17 + 1u;
  if (!(run(side, bytes, portion) == run(side, bytes, bytes.size() + 1))) std::abort();
  return 0;
}
