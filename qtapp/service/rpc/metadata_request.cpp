// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/metadata_request.hpp"

#include <agent.pb.h>

#include <limits>

namespace metabatch::service {

struct MetadataRequest::Message {
  agentproto::BatchUpdateMetadataRequest request;
};

MetadataRequest::MetadataRequest() : message_(std::make_unique<Message>()) {}
MetadataRequest::~MetadataRequest() = default;

// The generated message keeps its strings between calls, so that steady reports allocate nothing.
bool MetadataRequest::read(std::string_view message) {
  items_.clear();
  if (message.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return false;
  auto& request = message_->request;
  if (!request.ParseFromArray(message.data(), static_cast<int>(message.size()))) return false;
  for (const auto& item : request.metadata())
    items_.push_back({item.key(), item.result().value(), item.result().error()});
  return true;
}

}  // namespace metabatch::service
