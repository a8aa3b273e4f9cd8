// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QUrl>

namespace metabatch::models {

/// The URL that a person means by an address of metrics: `127.0.0.1:7280`, `host:2112`, `[::1]:7280` or a URL. Without a scheme
/// it is http, without a path `/metrics`. What is no address comes back as it is, for the caller to refuse.
QUrl metricsUrl(const QString& text);

}  // namespace metabatch::models
