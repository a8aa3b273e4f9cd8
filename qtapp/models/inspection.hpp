// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "metabatch/inspect.hpp"

namespace metabatch::models {

/// A span of the pasted text, to be coloured.
struct InspectedSpan {
  int at = 0;  ///< in characters of the QString
  int length = 0;
  SpanKind kind = SpanKind::text;
  Verdict verdict = Verdict::plain;
  QString meaning;
};

/// One payload, list or name that was found in the text.
struct InspectedFinding {
  QString sentence;
  QStringList notes;
  QStringList ids;  ///< each with its peculiarities; the first kIdsShown
  quint64 moreIds = 0;
  Verdict verdict = Verdict::good;
};

struct Inspected {
  static constexpr std::size_t kIdsShown = 400;
  static constexpr std::size_t kSpansShown = 4000;
  std::vector<InspectedSpan> spans;  ///< the spans that are not plain; at most kSpansShown
  std::vector<InspectedFinding> findings;
  quint64 distinctIds = 0;
};

/// The result of core's inspect() in positions and words of the window.
Inspected inspected(const QString& text);

/// All findings as one text.
QString findingsText(const Inspected& inspected);

}  // namespace metabatch::models
