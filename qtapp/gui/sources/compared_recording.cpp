// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/sources/compared_recording.hpp"

#include <QDialog>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMainWindow>
#include <QMessageBox>
#include <QTableView>
#include <QVBoxLayout>

#include "gui/files/file_dialogs.hpp"
#include "gui/pages/dashboard.hpp"
#include "gui/sources/recording_source.hpp"
#include "gui/window/page_tabs.hpp"
#include "gui/window/tables.hpp"
#include "gui/window/window_data.hpp"
#include "models/recordings/comparison.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr QSize kTableSize(560, 480);

}  // namespace

ComparedRecording::ComparedRecording(WindowData& data, PageTabs& pages, RecordingSource& recording, QMainWindow& window)
    : QObject(&window), m_data(data), m_pages(pages), m_recording(recording), m_window(window) {
  connect(&m_opener, &RecordingOpener::opened, this, &ComparedRecording::show);
  connect(&m_opener, &RecordingOpener::failed, this, [this](const QString& why) {
    if (!why.isEmpty()) warn(why);
  });
  connect(&recording, &RecordingSource::shown, this, &ComparedRecording::clear);
  connect(&recording, &Source::closed, this, &ComparedRecording::clear);
}

void ComparedRecording::choose() {
  auto* const dialog = askWhatToOpen(&m_window, tr("Compare with"), tr("Recordings (*.ndjson *.jsonl);;All files (*)"));
  connect(dialog, &QFileDialog::fileSelected, this, &ComparedRecording::open);
}

void ComparedRecording::open(const QString& file) {
  if (!m_recording.isOpen() || m_opener.isReading()) return;
  m_opener.open(file, m_recording.began());
}

void ComparedRecording::show(const std::shared_ptr<models::OpenedRecording>& other) {
  if (!m_recording.isOpen()) return;  // closed while the file was read
  clear();
  m_pages.dashboard().setBeside({other, &other->series}, QFileInfo(m_opener.file()).fileName());
  m_recording.extendTo(other->ended);
  openTable(*other);
  emit shown();
}

void ComparedRecording::openTable(const models::OpenedRecording& other) {
  const QString first = m_recording.name(), second = QFileInfo(m_opener.file()).fileName();
  auto* const dialog = new QDialog(&m_window);
  m_table = dialog;
  dialog->setObjectName("comparison");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(tr("%1 and %2").arg(first, second));
  dialog->resize(kTableSize);
  auto* const words = new QLabel(
      tr("The charts show %1 as dotted lines, from the same start, until this table is closed.").arg(second));
  words->setTextFormat(Qt::PlainText);
  words->setWordWrap(true);
  const auto side = [](const models::LiveSeries& series, const QString& name) {
    return models::ComparedSide{series.total(), name, !series.whyMissing("writes").isEmpty()};
  };
  auto* const model = new models::ComparisonTable(side(m_data.series, first), side(other.series, second), dialog);
  QTableView* const table = makeTable(*model, tr("Differences"));
  table->resizeColumnsToContents();
  auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
  connect(dialog, &QDialog::finished, this, [this] { m_pages.dashboard().setBeside(nullptr, {}); });
  auto* const layout = new QVBoxLayout(dialog);
  layout->addWidget(words);
  layout->addWidget(table, 1);
  layout->addWidget(buttons);
  dialog->show();  // the charts stay usable beside it
}

void ComparedRecording::clear() {
  if (m_table) m_table->close();
}

void ComparedRecording::warn(const QString& text) {
  auto* const box = new QMessageBox(QMessageBox::Warning, tr("Compare with"), text, QMessageBox::Ok, &m_window);
  box->setObjectName("problem");
  box->setTextFormat(Qt::PlainText);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->open();
}

}  // namespace metabatch::gui
