// SPDX-License-Identifier: Apache-2.0
#include "models/metrics/metrics_address.hpp"

namespace metabatch::models {

QUrl metricsUrl(const QString& text) {
  const QString trimmed = text.trimmed();
  if (trimmed.isEmpty()) return {};
  QUrl url(trimmed.contains("://") ? trimmed : "http://" + trimmed);
  if (url.isValid() && (url.path().isEmpty() || url.path() == "/")) url.setPath("/metrics");
  return url;
}

}  // namespace metabatch::models
