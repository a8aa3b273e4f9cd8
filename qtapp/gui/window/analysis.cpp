// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/analysis.hpp"

#include <QMainWindow>

#include "gui/dialogs/tune_dialog.hpp"
#include "gui/panels/what_if_panel.hpp"
#include "gui/sources/drive_source.hpp"
#include "gui/sources/recording_source.hpp"

namespace metabatch::gui {

Analysis::Analysis(DriveSource& drive, RecordingSource& recording, QMainWindow& window)
    : QObject(&window),
      m_drive(drive),
      m_recording(recording),
      m_window(window),
      m_tune(new QAction(tr("T&une …"), this)) {
  m_tune->setObjectName("tune-settings");
  m_tune->setShortcut(Qt::CTRL | Qt::Key_U);
  m_tune->setToolTip(tr("Search settings for the updates that arrive (Ctrl+U)"));
  connect(m_tune, &QAction::triggered, this, &Analysis::openTuning);
}

void Analysis::refresh() { m_tune->setEnabled(m_drive.isRunning() || m_recording.isOpen()); }

void Analysis::openTuning() {
  if (auto* const open = m_window.findChild<TuneDialog*>(); open != nullptr) return open->raise();
  auto* const dialog =
      new TuneDialog([this] { return m_recording.whatIf().question(); }, m_drive.isRunning(), &m_window);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &TuneDialog::applyWanted, &m_drive, &DriveSource::applyTuned);
  connect(&m_drive, &DriveSource::drained, dialog, &TuneDialog::endSession);
  dialog->open();
}

}  // namespace metabatch::gui
