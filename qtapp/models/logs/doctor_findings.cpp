// SPDX-License-Identifier: Apache-2.0
#include "models/logs/doctor_findings.hpp"

#include <QStringList>
#include <algorithm>

#include "models/words.hpp"

namespace metabatch::models {
namespace {

const char* const kVerdicts[] = {QT_TRANSLATE_NOOP("metabatch::models::DoctorFindings", "✔ good"),
                                 QT_TRANSLATE_NOOP("metabatch::models::DoctorFindings", "● notice"),
                                 QT_TRANSLATE_NOOP("metabatch::models::DoctorFindings", "▲ warning"),
                                 QT_TRANSLATE_NOOP("metabatch::models::DoctorFindings", "✖ problem")};

// The word that the headless program uses, whatever the language of the window.
const char* plainVerdict(Severity severity) {
  if (severity == Severity::good) return "ok";
  return severity == Severity::alarm ? "problem" : "notice";
}

}  // namespace

void DoctorFindings::show(std::vector<DoctorFinding> findings) {
  beginResetModel();
  m_findings = std::move(findings);
  std::stable_sort(m_findings.begin(), m_findings.end(),
                   [](const DoctorFinding& a, const DoctorFinding& b) { return a.severity > b.severity; });
  endResetModel();
}

QString DoctorFindings::summary() const {
  quint64 problems = 0, notices = 0, good = 0;
  for (const DoctorFinding& one : m_findings)
    ++(one.severity == Severity::alarm ? problems : one.severity == Severity::good ? good : notices);
  QStringList parts;
  if (problems > 0) parts += tr("%1 that would lose data").arg(counted(problems, "problem"));
  if (notices > 0) parts += counted(notices, "notice");
  if (good > 0) parts += tr("%1 good").arg(withCommas(good));
  return parts.join(", ");
}

QString DoctorFindings::asText() const {
  QString text;
  for (const DoctorFinding& one : m_findings) {
    text += QString(plainVerdict(one.severity)).leftJustified(8) + one.subject.leftJustified(12) + one.text + '\n';
    if (!one.cure.isEmpty()) text += QString(20, ' ') + "-> " + one.cure + '\n';
  }
  return text;
}

int DoctorFindings::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_findings.size());
}

int DoctorFindings::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : Columns; }

QVariant DoctorFindings::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const DoctorFinding& one = finding(index.row());
  if (role == IsProblem) return one.severity == Severity::alarm;
  if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignLeft | Qt::AlignTop);
  if (role != Qt::DisplayRole) return {};
  switch (index.column()) {
    case Verdict: return tr(kVerdicts[static_cast<std::size_t>(one.severity)]);
    case Subject: return one.subject;
    case Text: return one.text;
    case Cure: return one.cure;
    default: return {};
  }
}

QVariant DoctorFindings::headerData(int section, Qt::Orientation orientation, int role) const {
  static constexpr const char* kNames[] = {QT_TR_NOOP("Verdict"), QT_TR_NOOP("Subject"), QT_TR_NOOP("Finding"),
                                           QT_TR_NOOP("What to do")};
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0 || section >= Columns) return {};
  return tr(kNames[section]);
}

}  // namespace metabatch::models
