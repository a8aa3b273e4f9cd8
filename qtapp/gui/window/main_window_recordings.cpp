// SPDX-License-Identifier: GPL-3.0-or-later
#include <QScrollArea>
#include <QSettings>
#include <QStackedWidget>

#include "gui/window/main_window.hpp"

/// Recorded sessions, and what would be with other settings.
namespace metabatch::gui {

void MainWindow::makeRecordings() {
  Recordings& parts = m_recordings;
  parts.door = new RecordingDoor(
      *this, [this] { return isOpen() ? tr("End what runs first (Ctrl+W), then open the recording.") : QString(); });
  parts.whatIf = new WhatIfPanel;
  auto* const scroll = new QScrollArea;
  scroll->setWidget(parts.whatIf);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setMinimumWidth(parts.whatIf->minimumSizeHint().width() + 24);  // and a scroll bar
  parts.dock = new QDockWidget(tr("What if"));
  parts.dock->setObjectName("what-if");
  parts.dock->setWidget(scroll);
  addDockWidget(Qt::RightDockWidgetArea, parts.dock);
  tabifyDockWidget(m_tuneDock, parts.dock);
  parts.whatIf->setSeen([this] {
    return m_window.isLive() && !isMinimized() && (m_dashboard->isVisible() || m_recordings.whatIf->isVisible());
  });
  connect(parts.whatIf, &WhatIfPanel::answered, m_dashboard, &Dashboard::setWhatIf);
  connect(parts.whatIf, &WhatIfPanel::applyWanted, this, &MainWindow::changeSettings);
  connect(parts.door, &RecordingDoor::opened, this, &MainWindow::showRecording);
}

void MainWindow::showRecording(const std::shared_ptr<models::OpenedSession>& session) {
  forget();
  m_recordings.isShown = true;
  m_recordings.spanBefore = m_window.span();
  m_series = std::move(session->series);
  m_condition = session->condition;
  m_flushes.add(session->flushes);
  m_recordings.whatIf->begin([arrivals = std::move(session->arrivals)] { return arrivals; },
                             std::move(session->measured));
  m_window.restart(session->ended);
  m_window.setSpan(session->ended - session->began);
  m_where->setText(tr("Recording %1").arg(contentText(m_recordings.door->opener().file(), *session)));
  m_stack->setCurrentWidget(m_pages);
  offerPages({m_dashboard, m_flushPage, m_inspector});
  m_tuneDock->hide();
  m_recordings.dock->show();
  refreshState();
  m_dashboard->refresh(m_condition);
  if (!session->hasSamples) m_recordings.whatIf->run();  // nothing else is known of it
}

void Recordings::follow(LiveSession& session, QDockWidget& tuning) {
  whatIf->begin([&session] { return session.arrivals(); });
  const bool isWanted = QSettings().value("tune", true).toBool();
  dock->setVisible(isWanted);
  tuning.setVisible(isWanted);
  tuning.raise();
}

void MainWindow::openRecording(const QString& file) { m_recordings.door->open(file); }

}  // namespace metabatch::gui
