// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/metadata_request.hpp"

#include <agent.pb.h>

#include <limits>
#include <map>

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

void merge_reports(std::string& waiting, std::string_view message) {
  agentproto::BatchUpdateMetadataRequest all, more;
  if (message.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return;
  if (!more.ParseFromArray(message.data(), static_cast<int>(message.size())) || !all.ParseFromString(waiting)) return;
  std::map<std::string, int, std::less<>> at;
  for (int i = 0; i < all.metadata_size(); ++i) at[all.metadata(i).key()] = i;
  for (auto& item : *more.mutable_metadata()) {
    const auto [found, is_new] = at.try_emplace(item.key(), all.metadata_size());
    auto* const into = is_new ? all.add_metadata() : all.mutable_metadata(found->second);
    into->Swap(&item);
  }
  all.SerializeToString(&waiting);
}

}  // namespace metabatch::service
