// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QStatusBar>
#include <QTabWidget>
#include <QTableView>

#include "engine/clock.hpp"
#include "gui/window/main_window.hpp"
#include "gui/window/page_picture.hpp"
#include "gui/session/whole_file.hpp"
#include "models/logs/csv.hpp"

/// What goes out of the window into files.
namespace metabatch::gui {

void MainWindow::makeFileActions() {
  m_record = new QAction(tr("&Record …"), this);
  m_record->setCheckable(true);
  m_record->setToolTip(
      tr("Write all that happens to a file: to be opened again, and for `metabatch ingest` and `simulate`"));
  connect(m_record, &QAction::triggered, this, [this](bool on) {
    if (!m_session) return;
    const QString file =
        on ? QFileDialog::getSaveFileName(this, tr("Record the session"), "session.ndjson", tr("NDJSON (*.ndjson)"))
           : QString();
    m_record->setChecked(!file.isEmpty());
    if (m_session) m_session->record(file);
    statusBar()->showMessage(file.isEmpty() ? tr("Not recording") : tr("Recording to %1").arg(file), 10'000);
  });
  m_exportCsv = new QAction(tr("Export as CS&V …"), this);
  m_exportCsv->setShortcut(QKeySequence::Save);
  connect(m_exportCsv, &QAction::triggered, this,
          [this] { save(tr("Export as CSV"), "metabatch.csv", &MainWindow::saveCsv); });
  m_exportPicture = new QAction(tr("Export as &picture …"), this);
  m_exportPicture->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_S);
  m_exportPicture->setToolTip(tr("PNG, or SVG where the name ends in .svg"));
  connect(m_exportPicture, &QAction::triggered, this,
          [this] { save(tr("Export as picture: .svg or .png"), "metabatch.svg", &MainWindow::savePicture); });
}

void MainWindow::save(const QString& title, const QString& name, void (MainWindow::*to)(const QString&)) {
  auto* const dialog = new QFileDialog(this, title, name);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->selectFile(name);
  connect(dialog, &QFileDialog::fileSelected, this, [this, title, to](const QString& file) {
    const QFileInfo there(file);
    if (!there.exists() || there.isFile()) return (this->*to)(file);
    // Opening a pipe would wait for its reader, and a device would be replaced by a file.
    QMessageBox::warning(this, title, tr("%1 is something else than a file.").arg(file));
  });
  dialog->open();
}

QString MainWindow::visibleCsv() const {
  if (const auto* const table = m_pages->currentWidget()->findChild<QTableView*>())
    return models::tableCsv(*table->model());
  engine::Clock& clock = engine::system_clock();
  return models::seriesCsv(m_series, m_window.from(), m_window.to(), clock.now(), clock.wall_now());
}

void MainWindow::saveCsv(const QString& name) {
  const QString wrong = saveWhole(name, visibleCsv().toUtf8());
  if (wrong.isEmpty())
    statusBar()->showMessage(tr("Saved %1").arg(name), 10'000);
  else
    QMessageBox::warning(this, tr("Export"), tr("%1: %2").arg(name, wrong));
}

void MainWindow::savePicture(const QString& name) {
  const QString trouble = gui::savePicture(*m_pages->currentWidget(), name);
  if (trouble.isEmpty())
    statusBar()->showMessage(tr("Saved %1").arg(name), 10'000);
  else
    QMessageBox::warning(this, tr("Export"), tr("%1: %2").arg(name, trouble));
}

}  // namespace metabatch::gui
