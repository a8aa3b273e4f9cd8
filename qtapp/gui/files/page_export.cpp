// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/files/page_export.hpp"

#include <QFileDialog>
#include <QFileInfo>
#include <QMainWindow>
#include <QMessageBox>
#include <QStatusBar>
#include <QTableView>

#include "engine/clock.hpp"
#include "gui/files/file_dialogs.hpp"
#include "gui/files/page_picture.hpp"
#include "gui/files/save_file.hpp"
#include "gui/pages/agents_page.hpp"
#include "gui/window/page_tabs.hpp"
#include "gui/window/window_data.hpp"
#include "models/logs/csv.hpp"

namespace metabatch::gui {

PageExport::PageExport(WindowData& data, PageTabs& pages, QMainWindow& window)
    : QObject(&window),
      m_data(data),
      m_pages(pages),
      m_window(window),
      m_csv(new QAction(tr("Export as CS&V …"), this)),
      m_picture(new QAction(tr("E&xport as picture …"), this)) {
  m_csv->setShortcut(QKeySequence::Save);
  connect(m_csv, &QAction::triggered, this, [this] {
    choose(tr("Export as CSV"), "metabatch.csv", tr("CSV (*.csv)"), [this](const QString& file) { saveCsv(file); });
  });
  m_picture->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_S);
  m_picture->setToolTip(tr("PNG, or SVG if the name ends in .svg"));
  connect(m_picture, &QAction::triggered, this, [this] {
    choose(tr("Export as picture"), "metabatch.svg", tr("SVG (*.svg);;PNG (*.png)"),
           [this](const QString& file) { savePicture(file); });
  });
}

void PageExport::choose(const QString& title, const QString& name, const QString& filter, const Save& save) {
  auto* const dialog = askWhereToSave(&m_window, title, name, filter);
  connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& chosen) {
    dialog->setDefaultSuffix(chosen.contains("*.png") ? "png" : chosen.contains("*.svg") ? "svg" : "csv");
  });
  connect(dialog, &QFileDialog::fileSelected, this, [this, title, save](const QString& file) {
    const QFileInfo there(file);
    if (!there.exists() || there.isFile()) return save(file);
    // Opening a pipe would wait for its reader, and saving would replace a device by a file.
    QMessageBox::warning(&m_window, title, tr("%1 is not a regular file.").arg(file.toHtmlEscaped()));
  });
}

QString pageCsv(const QWidget& page, const WindowData& data) {
  if (const auto* const table = page.findChild<QTableView*>()) return models::tableCsv(*table->model());
  engine::Clock& clock = engine::system_clock();
  return models::seriesCsv(data.series, data.time.from(), data.time.to(), clock.now(), clock.wall_now());
}

void PageExport::saveCsv(const QString& file) {
  QWidget* const page = m_pages.currentWidget();
  if (auto* const agents = qobject_cast<AgentsPage*>(page))
    return agents->exportCsv(file, [this, file](const QString& wrong) { report(file, wrong); });
  report(file, saveFile(file, pageCsv(*page, m_data).toUtf8()));
}

/// A picture is viewed later, so its axes show the time of day.
void PageExport::savePicture(const QString& file) {
  const bool shows = m_data.time.showsWallClock();
  m_data.time.setShowsWallClock(true);
  m_pages.refresh();
  const QString wrong = gui::savePicture(*m_pages.currentWidget(), file);
  m_data.time.setShowsWallClock(shows);
  m_pages.refresh();
  report(file, wrong);
}

void PageExport::report(const QString& file, const QString& wrong) {
  if (wrong.isEmpty()) return m_window.statusBar()->showMessage(tr("Saved %1").arg(file), 10'000);
  QMessageBox box(QMessageBox::Warning, tr("Export"), tr("%1: %2").arg(file, wrong), QMessageBox::Ok, &m_window);
  box.setTextFormat(Qt::PlainText);
  box.exec();
}

}  // namespace metabatch::gui
