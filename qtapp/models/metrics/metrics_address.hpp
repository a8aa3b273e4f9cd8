// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QUrl>

namespace metabatch::models {

/// The URL for an address of metrics as people write it: `127.0.0.1:7280`, `host:2112`,
/// `[::1]:7280` or a URL. The default scheme is http, the default path `/metrics`. A text that is
/// no address is returned unchanged, for the caller to refuse.
QUrl metricsUrl(const QString& text);

}  // namespace metabatch::models
