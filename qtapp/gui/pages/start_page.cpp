// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/start_page.hpp"

#include <QCommandLinkButton>
#include <QLabel>
#include <QVBoxLayout>

namespace metabatch::gui {

StartPage::StartPage(QWidget* parent) : QWidget(parent) {
  auto* const title = new QLabel(QStringLiteral("metabatch"));
  QFont large = title->font();
  large.setPointSizeF(large.pointSizeF() * 2.4);
  large.setBold(true);
  title->setFont(large);
  auto* const line =
      new QLabel(tr("Batches the metadata of many agents: shows what that saves and what triggers the flushes, and "
                    "changes settings while it runs."));
  line->setWordWrap(true);
  auto* const inner = new QWidget;
  inner->setMaximumWidth(640);
  auto* const choices = new QVBoxLayout(inner);
  choices->setSpacing(12);
  choices->addWidget(title);
  choices->addWidget(line);
  choices->addSpacing(12);
  addChoices(*choices);
  choices->addStretch(1);
  auto* const layout = new QHBoxLayout(this);
  layout->setContentsMargins(24, 40, 24, 24);
  layout->addStretch(1);
  layout->addWidget(inner, 4);
  layout->addStretch(1);
}

void StartPage::addChoices(QBoxLayout& layout) {
  const auto add = [&](const QString& title, const QString& text, const QString& name, void (StartPage::*chosen)()) {
    QPushButton* const button = makeChoice(title, text, name);
    layout.addWidget(button);
    connect(button, &QPushButton::clicked, this, chosen);
    return button;
  };
  m_demo = add(tr("&Demo"),
               tr("600 simulated agents on an embedded database, at once. Nothing outside this program is touched."),
               "demo", &StartPage::demoChosen);
  add(tr("&Connect …"),
      tr("Watch a PostgreSQL channel or the metrics of a batcher (Prometheus), read-only, or drive a simulated fleet "
         "into a database."),
      "connect", &StartPage::connectChosen);
  add(tr("&Replay …"),
      tr("Recorded or piped updates (NDJSON), at their recorded pace or faster, into an embedded or a PostgreSQL "
         "database."),
      "replay", &StartPage::replayChosen);
  add(tr("&Inspect"), tr("Paste a notification, a log line or a list of ids and see what it says."), "inspect",
      &StartPage::inspectChosen);
}

QPushButton* StartPage::makeChoice(const QString& title, const QString& text, const QString& name) {
  auto* const button = new QCommandLinkButton(title, text);
  button->setObjectName(name);
  button->setAccessibleName(QString(title).remove('&'));
  button->setAccessibleDescription(text);
  return button;
}

}  // namespace metabatch::gui
