// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/sources/replay_source.hpp"

#include <QFileInfo>
#include <QMainWindow>
#include <QMessageBox>
#include <QTemporaryDir>

#include "gui/dialogs/connect_dialog.hpp"
#include "gui/dialogs/replay_dialog.hpp"
#include "gui/panels/replay_bar.hpp"
#include "gui/sources/drive_source.hpp"

namespace metabatch::gui {

ReplaySource::ReplaySource(DriveSource& drive, QMainWindow& window)
    : QObject(&window), m_drive(drive), m_window(window), m_bar(new ReplayBar) {
  window.addToolBar(Qt::BottomToolBarArea, m_bar);
  m_bar->toggleViewAction()->setEnabled(false);  // appears and disappears with a replay
  connect(&drive, &DriveSource::starting, this, [this] { m_bar->begin(m_drive.session()->plan()); });
  connect(&drive, &DriveSource::closed, m_bar, &QWidget::hide);
  connect(&drive, &DriveSource::sampled, this, [this](const SessionSnapshot& snapshot) {
    if (snapshot.replay) m_bar->setProgress(*snapshot.replay);
  });
  connect(m_bar, &ReplayBar::pauseWanted, this, [this](bool paused) {
    if (!m_drive.isOpen()) return;
    m_drive.session()->setReplayPaused(paused);
    m_drive.mark(paused ? tr("replay paused") : tr("replay resumed"));
  });
  connect(m_bar, &ReplayBar::speedWanted, this, [this](double speed) {
    if (!m_drive.isOpen()) return;
    m_drive.session()->setReplaySpeed(speed);
    m_drive.mark(tr("replay %1").arg(models::speedText(speed)));
  });
  connect(m_bar, &ReplayBar::skipWanted, this, [this] {
    if (m_drive.isOpen()) m_drive.session()->skipReplayWait();
  });
}

void ReplaySource::choose() {
  auto* const dialog = new ReplayDialog(&m_window);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &ReplayDialog::wanted, this, &ReplaySource::offer);
  dialog->open();
}

void ReplaySource::offer(const ReplayRequest& request) {
  if (!request.database || isLocal(*request.database)) return start(request);
  QString question = tr("Replay %1 into %2?\n\nThis updates the rows of the agents in the file, in "
                        "workspace_agent_metadata, with their recorded values.")
                         .arg(request.plan.file == "-" ? tr("standard input") : QFileInfo(request.plan.file).fileName(),
                              QString::fromStdString(request.database->shown()));
  if (request.plan.registersMissing) question += ' ' + tr("Missing rows are created, and stay.");
  confirmWriting(&m_window, question, [this, request] { start(request); });
}

void ReplaySource::start(const ReplayRequest& request) {
  if (m_drive.isOpen()) return;
  std::unique_ptr<QTemporaryDir> folder;
  if (!request.database) {
    folder = std::make_unique<QTemporaryDir>();
    if (!folder->isValid()) {
      QMessageBox::warning(&m_window, tr("Replay"), folder->errorString());
      return;
    }
  }
  const sql::Database database =
      request.database ? *request.database : sql::Database(folder->filePath("replay.db").toStdString());
  m_drive.start({.database = database, .isDemo = !request.database, .replay = request.plan}, std::move(folder));
}

}  // namespace metabatch::gui
