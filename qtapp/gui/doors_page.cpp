// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/doors_page.hpp"

#include <QCommandLinkButton>
#include <QLabel>
#include <QVBoxLayout>

namespace metabatch::gui {

DoorsPage::DoorsPage(QWidget* parent) : QWidget(parent) {
  auto* const title = new QLabel(QStringLiteral("metabatch"));
  QFont large = title->font();
  large.setPointSizeF(large.pointSizeF() * 2.4);
  large.setBold(true);
  title->setFont(large);
  auto* const line = new QLabel(
      tr("Batches the metadata of many agents: see what it saves, what triggers the flushes, and tune it live."));
  line->setWordWrap(true);
  auto* const inner = new QWidget;
  inner->setMaximumWidth(640);
  auto* const doors = new QVBoxLayout(inner);
  doors->setSpacing(12);
  doors->addWidget(title);
  doors->addWidget(line);
  doors->addSpacing(12);
  m_demo = door(tr("&Demo"),
                tr("600 simulated agents on an embedded database, at once. Nothing outside this program is touched."),
                "demo");
  doors->addWidget(m_demo);
  auto* const connection =
      door(tr("&Connect …"),
           tr("A PostgreSQL database: watch its channel, read-only, or drive a simulated fleet into it."), "connect");
  doors->addWidget(connection);
  auto* const inspect =
      door(tr("&Inspect"), tr("Paste a notification, a log line or a list of ids and see what it says."), "inspect");
  doors->addWidget(inspect);
  doors->addStretch(1);
  auto* const layout = new QHBoxLayout(this);
  layout->setContentsMargins(24, 40, 24, 24);
  layout->addStretch(1);
  layout->addWidget(inner, 4);
  layout->addStretch(1);
  connect(m_demo, &QPushButton::clicked, this, &DoorsPage::demoChosen);
  connect(connection, &QPushButton::clicked, this, &DoorsPage::connectChosen);
  connect(inspect, &QPushButton::clicked, this, &DoorsPage::inspectChosen);
}

QPushButton* DoorsPage::door(const QString& title, const QString& text, const QString& name) {
  auto* const button = new QCommandLinkButton(title, text);
  button->setObjectName(name);
  button->setAccessibleName(QString(title).remove('&'));
  button->setAccessibleDescription(text);
  return button;
}

}  // namespace metabatch::gui
