// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/sources/recording_source.hpp"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMainWindow>
#include <QMessageBox>
#include <QMimeData>
#include <QProgressDialog>

#include "gui/files/file_dialogs.hpp"
#include "gui/pages/dashboard.hpp"
#include "gui/pages/flush_page.hpp"
#include "gui/pages/inspector_page.hpp"
#include "gui/panels/what_if_panel.hpp"
#include "gui/sources/drive_source.hpp"
#include "gui/window/page_tabs.hpp"
#include "gui/window/window_data.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr int kProgressAfter = 300;  // milliseconds: a file that is read faster shows no progress

QString fileOf(const QMimeData& data) {
  for (const QUrl& url : data.urls())
    if (url.isLocalFile()) return url.toLocalFile();
  return {};
}

}  // namespace

RecordingSource::RecordingSource(WindowData& data, PageTabs& pages, DriveSource& drive, QMainWindow& window,
                                 std::function<QString()> whyNot)
    : Source(&window),
      m_data(data),
      m_pages(pages),
      m_drive(drive),
      m_window(window),
      m_whyNot(std::move(whyNot)),
      m_whatIf(new WhatIfPanel) {
  connect(&m_opener, &RecordingOpener::opened, this, &RecordingSource::onRead);
  connect(&m_opener, &RecordingOpener::failed, this, [this](const QString& why) {
    if (why.isEmpty()) return emit messaged(tr("Not opened"));
    warn(why);
  });
  window.setAcceptDrops(true);
  window.installEventFilter(this);
  connectWhatIf();
}

void RecordingSource::connectWhatIf() {
  connect(m_whatIf, &WhatIfPanel::answered, &m_pages.dashboard(), &Dashboard::setWhatIf);
  connect(m_whatIf, &WhatIfPanel::applyWanted, &m_drive, &DriveSource::apply);
  connect(&m_drive, &DriveSource::starting, this,
          [this] { m_whatIf->begin([session = m_drive.session()] { return session->arrivals(); }); });
  connect(&m_drive, &DriveSource::sampled, this, [this](const SessionSnapshot& snapshot) {
    for (const models::FlushLine& line : snapshot.flushes) m_whatIf->append(line);
    m_whatIf->append(snapshot.sample);
  });
  connect(&m_drive, &DriveSource::drained, this, [this] { m_whatIf->begin(nullptr); });
}

void RecordingSource::choose() {
  auto* const dialog =
      askWhatToOpen(&m_window, tr("Open recording"), tr("Recordings (*.ndjson *.jsonl);;All files (*)"));
  connect(dialog, &QFileDialog::fileSelected, this, &RecordingSource::open);
}

void RecordingSource::open(const QString& file) {
  if (m_opener.isReading()) return;
  if (const QString why = m_whyNot(); !why.isEmpty()) return warn(why);
  m_opener.open(file);
  showProgress();
}

void RecordingSource::showProgress() {
  const QString name = QFileInfo(m_opener.file()).fileName();
  auto* const progress = new QProgressDialog(tr("Reading %1").arg(name), tr("Cancel"), 0, 100, &m_window);
  progress->setObjectName("reading");
  progress->setAttribute(Qt::WA_DeleteOnClose);
  progress->setMinimumDuration(kProgressAfter);
  progress->setAutoReset(false);
  connect(&m_opener, &RecordingOpener::progressed, progress, [progress](qint64 read, qint64 size) {
    if (size > 0) progress->setValue(static_cast<int>(read * 100 / size));
  });
  connect(progress, &QProgressDialog::canceled, &m_opener, &RecordingOpener::cancel);
  connect(&m_opener, &RecordingOpener::opened, progress, &QObject::deleteLater);
  connect(&m_opener, &RecordingOpener::failed, progress, &QObject::deleteLater);
  progress->setValue(0);
}

void RecordingSource::onRead(const std::shared_ptr<models::OpenedRecording>& recording) {
  if (const QString why = m_whyNot(); !why.isEmpty()) return;  // another source was opened while the file was read
  const QString problems = recording->problems.join('\n');
  const quint64 bad = recording->badLines;
  show(*recording);
  emit shown(m_opener.file());
  if (bad > 0)
    warn(tr("%1 could not be read; everything else is shown.\n\n%2").arg(models::counted(bad, "line"), problems));
}

void RecordingSource::show(models::OpenedRecording& recording) {
  if (m_isOpen) restoreTime();
  m_data.clear();
  m_spanBefore = m_data.time.span();
  m_isOpen = true;
  m_data.series = std::move(recording.series);
  m_data.condition = recording.condition;
  m_data.health = std::move(recording.health);
  m_data.flushes.add(recording.flushes);
  const bool isWhole = recording.arrivals.updates() == recording.updates;
  m_keptFrom = isWhole ? recording.began : recording.arrivals.begin();
  m_whatIf->begin([arrivals = std::move(recording.arrivals)] { return arrivals; }, std::move(recording.measured));
  m_began = recording.began;
  m_started = recording.started;
  m_showedWallClock = m_data.time.showsWallClock();
  m_data.time.setShowsWallClock(true);
  showTime(recording.ended);
  if (recording.flushes.empty())
    m_pages.offer({&m_pages.dashboard(), &m_pages.inspector()});
  else
    m_pages.offer({&m_pages.dashboard(), &m_pages.flushes(), &m_pages.inspector()});
  const QString file = m_opener.file();
  emit opened(QFileInfo(file).fileName(), tr("Recording %1").arg(contentText(file, recording)));
  emit changed();
  if (!recording.hasSamples) m_whatIf->run();  // only the arrivals are known
}

void RecordingSource::showTime(Instant end) {
  m_ended = end;
  const Duration length = end - m_began;
  m_data.time.restart(end);
  m_data.time.setWallClock(end, m_started + std::chrono::duration_cast<std::chrono::microseconds>(length));
  m_data.time.setSpan(length);
}

void RecordingSource::extendTo(Instant end) {
  if (m_isOpen && end > m_ended) showTime(end);
}

QString RecordingSource::name() const { return QFileInfo(m_opener.file()).fileName(); }

void RecordingSource::close() {
  if (!m_isOpen) return;
  m_isOpen = false;
  m_whatIf->begin(nullptr);
  restoreTime();
  emit closed();
}

void RecordingSource::restoreTime() {
  m_data.time.setSpan(m_spanBefore);
  m_data.time.setShowsWallClock(m_showedWallClock);
}

void RecordingSource::warn(const QString& text) {
  auto* const box = new QMessageBox(QMessageBox::Warning, tr("Open recording"), text, QMessageBox::Ok, &m_window);
  box->setObjectName("problem");
  box->setTextFormat(Qt::PlainText);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->open();
}

bool RecordingSource::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::DragEnter) {
    auto* const drag = static_cast<QDragEnterEvent*>(event);
    if (!fileOf(*drag->mimeData()).isEmpty()) drag->acceptProposedAction();
    return drag->isAccepted();
  }
  if (event->type() == QEvent::Drop) {
    auto* const drop = static_cast<QDropEvent*>(event);
    if (const QString file = fileOf(*drop->mimeData()); !file.isEmpty()) {
      drop->acceptProposedAction();
      open(file);
      return true;
    }
  }
  return QObject::eventFilter(watched, event);
}

QString contentText(const QString& file, const models::OpenedRecording& recording) {
  const Duration length = recording.ended - recording.began;
  const WallTime end = recording.started + std::chrono::duration_cast<std::chrono::microseconds>(length);
  QString text = RecordingSource::tr("%1, %2 to %3 (%4), %5 in %6")
                     .arg(QFileInfo(file).fileName(), models::clockText(recording.started), models::clockText(end),
                          models::secondsText(std::chrono::duration<double>(length).count()),
                          models::counted(recording.updates, "update"), models::counted(recording.reports, "report"));
  if (!recording.hasSamples) text += RecordingSource::tr("; arrivals only");
  if (recording.badLines > 0) text += "; " + models::counted(recording.badLines, "bad line");
  return text;
}

}  // namespace metabatch::gui
