// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "service/http/http.hpp"

namespace metabatch::service {

/// A file of the watcher, the page that shows agents in a browser: `/`, `/watcher.css` or
/// `/watcher.js`. The files are part of the program (resources/watcher).
std::optional<HttpResponse> watcher_file(std::string_view path);

}  // namespace metabatch::service
