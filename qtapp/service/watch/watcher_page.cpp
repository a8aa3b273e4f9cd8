// SPDX-License-Identifier: Apache-2.0
#include "service/watch/watcher_page.hpp"

#include "service/embedded.hpp"

namespace metabatch::service {
namespace {

struct File {
  std::string_view path, content_type, body;
};

constexpr File kFiles[] = {
    {"/", kHtmlType, embedded::kWatcherHtml},
    {"/watcher.css", "text/css; charset=utf-8", embedded::kWatcherCss},
    {"/watcher.js", "text/javascript; charset=utf-8", embedded::kWatcherJs},
};

}  // namespace

std::optional<HttpResponse> watcher_file(std::string_view path) {
  for (const File& file : kFiles)
    if (file.path == path) return HttpResponse{.body = std::string(file.body), .content_type = file.content_type};
  return std::nullopt;
}

}  // namespace metabatch::service
