// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/inspector_page.hpp"

#include <QFontDatabase>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QTextBlock>
#include <QVBoxLayout>

#include "gui/window/tables.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

const char* const kExample =
    "Asynchronous notification \"workspace_agent_metadata_batch\" with payload "
    "\"Ev6o7m2ZTe2WGqMVOZyFIQq4Xn1sNESZm8r3bT5u2AiQ\" received from server process with PID 4711.\n";

}  // namespace

InspectorPage::InspectorPage(QWidget* parent) : QWidget(parent), m_here(new QLabel), m_summary(new QLabel) {
  m_input = new QPlainTextEdit;
  m_input->setObjectName("input");
  m_input->setAccessibleName(tr("Text to inspect"));
  m_input->setPlaceholderText(
      tr("Paste a notification's payload, a line of psql or of a PostgreSQL log, SQL, JSON, hex, or a list of agent "
         "ids."));
  m_input->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  m_input->setTabChangesFocus(true);
  m_findings = makeDetail(tr("The result appears here."));
  m_here->setWordWrap(true);
  m_here->setMinimumHeight(m_here->fontMetrics().height());
  auto* const example = new QPushButton(tr("Show an &example"));
  auto* const top = new QHBoxLayout;
  top->addWidget(m_summary, 1);
  top->addWidget(example);
  auto* const lower = new QWidget;
  auto* const below = new QVBoxLayout(lower);
  below->setContentsMargins(0, 0, 0, 0);
  below->addWidget(m_here);
  below->addWidget(m_findings, 1);
  auto* const split = new QSplitter(Qt::Vertical);
  split->addWidget(m_input);
  split->addWidget(lower);
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  layout->addLayout(top);
  layout->addWidget(split, 1);
  m_soon.setSingleShot(true);
  m_soon.setInterval(150);
  connect(&m_soon, &QTimer::timeout, this, &InspectorPage::inspectNow);
  connect(m_input, &QPlainTextEdit::textChanged, &m_soon, qOverload<>(&QTimer::start));
  connect(m_input, &QPlainTextEdit::cursorPositionChanged, this, &InspectorPage::explainCursor);
  connect(example, &QPushButton::clicked, this, &InspectorPage::showExample);
  inspectNow();
}

void InspectorPage::setTheme(const Theme& theme) {
  m_theme = theme;
  colour();
}

void InspectorPage::setText(const QString& text) {
  m_input->setPlainText(text);
  inspectNow();
}

void InspectorPage::showExample() { setText(QString::fromLatin1(kExample)); }

void InspectorPage::inspectNow() {
  m_soon.stop();
  const QString text = m_input->toPlainText();
  m_found = models::inspected(text.left(kMostCharacters));
  m_findings->setPlainText(models::findingsText(m_found));
  QString summary = text.isEmpty() ? QString()
                                   : tr("%1, %2").arg(models::counted(m_found.findings.size(), "finding"),
                                                      models::counted(m_found.distinctIds, "agent"));
  if (text.size() > kMostCharacters)
    summary += tr("; only the first %1 characters were read").arg(models::withCommas(kMostCharacters));
  m_summary->setText(summary);
  colour();
  explainCursor();
}

void InspectorPage::colour() {
  QList<QTextEdit::ExtraSelection> selections;
  for (const models::InspectedSpan& span : m_found.spans) {
    QTextEdit::ExtraSelection one;
    one.cursor = QTextCursor(m_input->document());
    one.cursor.setPosition(span.at);
    one.cursor.setPosition(span.at + span.length, QTextCursor::KeepAnchor);
    const bool isId = span.kind == SpanKind::id;
    if (span.verdict == metabatch::Verdict::bad) {
      one.format.setForeground(m_theme.hues[5]);
      one.format.setUnderlineColor(m_theme.hues[5]);
      one.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
    } else if (span.verdict == metabatch::Verdict::odd) {
      one.format.setForeground(m_theme.hues[1]);
      one.format.setUnderlineColor(m_theme.hues[1]);
      one.format.setUnderlineStyle(QTextCharFormat::DashUnderline);
    } else if (isId) {
      one.format.setForeground(m_theme.hues[selections.size() % 2 == 0 ? 0 : 2]);  // neighbours get different colours
    } else {
      one.format.setForeground(span.kind == SpanKind::channel ? m_theme.hues[4] : m_theme.faint);
    }
    selections += one;
  }
  m_input->setExtraSelections(selections);
}

void InspectorPage::explainCursor() {
  const int position = m_input->textCursor().position();
  for (const models::InspectedSpan& span : m_found.spans) {
    if (position < span.at || position >= span.at + span.length) continue;
    m_here->setText(tr("At the cursor: %1").arg(span.meaning));
    return;
  }
  m_here->setText({});
}

QString InspectorPage::findings() const { return m_findings->toPlainText(); }

}  // namespace metabatch::gui
