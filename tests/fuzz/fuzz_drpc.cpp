// SPDX-License-Identifier: Apache-2.0
// Any bytes to the server of an agent's calls: answers do not depend on how the bytes are cut, and
// what is read of a packet is what append_packet() wrote.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agentrpc/drpc.hpp"
#include "agentrpc/rpc_server.hpp"

namespace {

using namespace metabatch;
using namespace metabatch::agentrpc;

struct Handler final : RpcHandler {
  std::string calls;
  bool answers(std::string_view rpc) override { return rpc.size() % 2 == 1; }
  RpcAnswer on_call(std::string_view rpc, std::string_view message) override {
    ((calls += rpc) += '\n') += message;
    return {message.empty(), 0, "empty"};
  }
};

std::string read(std::string_view bytes, std::size_t portion) {
  DrpcReader reader;
  std::string seen;
  for (std::size_t at = 0; at < bytes.size(); at += portion) {
    reader.receive(bytes.substr(at, portion));
    while (const auto packet = reader.next()) {
      seen += static_cast<char>(packet->kind);
      seen += std::to_string(packet->stream) + ',' + std::to_string(packet->message) + ',';
      (seen += packet->data) += ';';
    }
    if (reader.buffered_bytes() > kDrpcMaxPacketBytes + 31) std::abort();
  }
  return seen + (reader.is_broken() ? "broken" : "");
}

std::string serve(std::string_view bytes, std::size_t portion) {
  Handler handler;
  RpcServer server(handler, Instant{}, {.yamux = {.streams = 8, .buffered_bytes = 4096}, .packet_bytes = 1 << 16});
  for (std::size_t at = 0; at < bytes.size(); at += portion) server.receive(bytes.substr(at, portion), Instant{});
  return handler.calls;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t portion = data[0] % 19 + 1u;
  if (read(bytes, portion) != read(bytes, bytes.size() + 1)) std::abort();
  if (serve(bytes, portion) != serve(bytes, bytes.size() + 1)) std::abort();
  std::string written;
  append_packet(written, DrpcKind::message, 1, 1, bytes);
  DrpcReader reader;
  reader.receive(written);
  const auto packet = reader.next();
  if (!packet || packet->data != bytes || reader.next()) std::abort();
  return 0;
}
