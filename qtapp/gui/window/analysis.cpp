// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/analysis.hpp"

#include <QFileDialog>
#include <QFileInfo>
#include <QMainWindow>
#include <QMessageBox>
#include <QStatusBar>

#include "gui/dialogs/tune_dialog.hpp"
#include "gui/files/file_dialogs.hpp"
#include "gui/panels/what_if_panel.hpp"
#include "gui/sources/compared_recording.hpp"
#include "gui/sources/drive_source.hpp"
#include "gui/sources/recording_source.hpp"
#include "models/report/session_report.hpp"

namespace metabatch::gui {
namespace {

constexpr int kSavedMs = 10'000;

}  // namespace

Analysis::Analysis(WindowData& data, PageTabs& pages, DriveSource& drive, RecordingSource& recording,
                   QMainWindow& window)
    : QObject(&window),
      m_drive(drive),
      m_recording(recording),
      m_window(window),
      m_compared(new ComparedRecording(data, pages, recording, window)),
      m_tune(new QAction(tr("T&une …"), this)),
      m_report(new QAction(tr("Repor&t …"), this)),
      m_compare(new QAction(tr("Co&mpare with …"), this)) {
  m_tune->setObjectName("tune-settings");
  m_tune->setShortcut(Qt::CTRL | Qt::Key_U);
  m_tune->setToolTip(tr("Search settings for the updates that arrive (Ctrl+U)"));
  connect(m_tune, &QAction::triggered, this, &Analysis::openTuning);
  m_report->setObjectName("write-report");
  m_report->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_R);
  m_report->setToolTip(tr("Write a page with charts and figures, as metabatch simulate --html does (Ctrl+Shift+R)"));
  connect(m_report, &QAction::triggered, this, &Analysis::chooseReport);
  m_compare->setObjectName("compare-with");
  m_compare->setShortcut(Qt::CTRL | Qt::Key_D);
  m_compare->setToolTip(tr("Lay another recording over this one, with a table of the differences (Ctrl+D)"));
  connect(m_compare, &QAction::triggered, m_compared, &ComparedRecording::choose);
  connect(&m_writer, &ReportWriter::written, this, [this](const QString& file, const QString& wrong) {
    refresh();
    if (!wrong.isEmpty()) return say(tr("Report"), tr("%1: %2").arg(file, wrong));
    m_window.statusBar()->showMessage(tr("Saved %1").arg(file), kSavedMs);
  });
}

void Analysis::refresh() {
  const bool hasArrivals = m_drive.isRunning() || m_recording.isOpen();
  m_tune->setEnabled(hasArrivals);
  m_report->setEnabled(hasArrivals && !m_writer.isWriting());
  m_compare->setEnabled(m_recording.isOpen());
}

void Analysis::openTuning() {
  if (auto* const open = m_window.findChild<TuneDialog*>(); open != nullptr) return open->raise();
  auto* const dialog =
      new TuneDialog([this] { return m_recording.whatIf().question(); }, m_drive.isRunning(), &m_window);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &TuneDialog::applyWanted, &m_drive, &DriveSource::applyTuned);
  connect(&m_drive, &DriveSource::drained, dialog, &TuneDialog::endSession);
  dialog->open();
}

void Analysis::chooseReport() {
  auto* const dialog = askWhereToSave(&m_window, tr("Report"), "report.html", tr("HTML (*.html)"));
  dialog->setObjectName("report-file");
  connect(dialog, &QFileDialog::fileSelected, this, &Analysis::writeReport);
}

void Analysis::writeReport(const QString& file) {
  auto question = m_recording.whatIf().question();
  if (!question) return say(tr("Report"), tr("Too few updates have arrived yet: try again in a few seconds."));
  const Instant begin = m_recording.isOpen() ? m_recording.keptFrom() : question->arrivals.begin();
  m_writer.write(models::beginningAt(begin, std::move(*question)),
                 m_recording.isOpen() ? m_recording.name() : tr("the session"), file);
  refresh();
}

void Analysis::say(const QString& title, const QString& text) {
  auto* const box = new QMessageBox(QMessageBox::Warning, title, text, QMessageBox::Ok, &m_window);
  box->setObjectName("problem");
  box->setTextFormat(Qt::PlainText);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->open();
}

}  // namespace metabatch::gui
