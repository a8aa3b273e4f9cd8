// SPDX-License-Identifier: Apache-2.0
#include "models/inspection.hpp"

#include <algorithm>

#include "models/words.hpp"

namespace metabatch::models {
namespace {

/// Converts byte positions of the UTF-8 form, asked in ascending order, to positions in the
/// QString.
class Positions {
 public:
  explicit Positions(const QByteArray& bytes) : m_bytes(bytes) {}
  int of(std::size_t byte) {
    for (; m_byte < byte; ++m_byte) {
      const auto lead = static_cast<unsigned char>(m_bytes[static_cast<qsizetype>(m_byte)]);
      if ((lead & 0xC0) != 0x80) m_character += lead >= 0xF0 ? 2 : 1;
    }
    return m_character;
  }

 private:
  const QByteArray& m_bytes;
  std::size_t m_byte = 0;
  int m_character = 0;
};

InspectedFinding read(const Finding& finding, const Inspection& inspection) {
  InspectedFinding found;
  found.sentence = QString::fromStdString(describe(finding, inspection));
  found.verdict = finding.verdict;
  for (std::size_t bit = 0; bit < kNotes; ++bit)
    if (const auto note = static_cast<Note>(1U << bit); finding.notes.has(note)) found.notes += text(name_of(note));
  const auto shown = std::min<std::size_t>(finding.ids, Inspected::kIdsShown);
  found.moreIds = finding.ids - shown;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::size_t index = finding.first_id + i;
    const FoundId& one = inspection.ids[index];
    QString line = uuidText(one.id) + QStringLiteral("   byte %1").arg(withCommas(inspection.spans[one.span].at));
    if (!one.canonical) line += ", last symbol not canonical";
    if (one.first != index) line += ", named before";
    found.ids += line;
  }
  return found;
}

}  // namespace

Inspected inspected(const QString& text) {
  const QByteArray bytes = text.toUtf8();
  const Inspection inspection = inspect({bytes.constData(), static_cast<std::size_t>(bytes.size())});
  Inspected found;
  found.distinctIds = inspection.distinct_ids;
  Positions positions(bytes);
  for (const Span& span : inspection.spans) {
    const int at = positions.of(span.at);
    const int end = positions.of(span.at + span.length);
    if (span.kind == SpanKind::blank || found.spans.size() >= Inspected::kSpansShown) continue;
    if (span.kind == SpanKind::text && span.verdict == Verdict::plain) continue;
    found.spans.push_back({at, end - at, span.kind, span.verdict, QString::fromStdString(describe(span, inspection))});
  }
  for (const Finding& finding : inspection.findings) found.findings.push_back(read(finding, inspection));
  return found;
}

QString findingsText(const Inspected& inspected) {
  QString all;
  for (const InspectedFinding& finding : inspected.findings) {
    all += finding.sentence + "\n";
    if (!finding.notes.isEmpty()) all += "  notes: " + finding.notes.join(", ").replace('_', ' ') + "\n";
    for (const QString& id : finding.ids) all += "  " + id + "\n";
    if (finding.moreIds > 0) all += QStringLiteral("  … and %1 more\n").arg(withCommas(finding.moreIds));
    all += "\n";
  }
  return all;
}

}  // namespace metabatch::models
