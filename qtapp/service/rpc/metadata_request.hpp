// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/report.hpp"

namespace metabatch::service {

/// Reads the message of the RPC BatchUpdateMetadata.
///
/// @shape  resources/proto/agent.proto; collected_at and age are ignored
/// @owns   what it returns, until the next call. One a connection or a thread
/// @source coder/coder, agent/proto/agent.proto, version 2.0 to 2.11
class MetadataRequest {
 public:
  MetadataRequest();
  ~MetadataRequest();
  MetadataRequest(const MetadataRequest&) = delete;
  MetadataRequest& operator=(const MetadataRequest&) = delete;

  /// @return false: the bytes are not such a message; items() is empty then
  bool read(std::string_view message);
  [[nodiscard]] std::span<const RawItem> items() const { return items_; }

 private:
  struct Message;  // keeps the generated header, and all that it includes, out of this one
  std::unique_ptr<Message> message_;
  std::vector<RawItem> items_;
};

/// Adds the items of a message to `waiting`, which is such a message too; of a key the newest item
/// stays. Fields that are not read stay as they are. A message that cannot be read adds nothing.
void merge_reports(std::string& waiting, std::string_view message);

}  // namespace metabatch::service
