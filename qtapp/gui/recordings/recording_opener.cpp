// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/recordings/recording_opener.hpp"

#include <QFile>
#include <QFileInfo>
#include <vector>

#include "engine/clock.hpp"

namespace metabatch::gui {
namespace {

constexpr qint64 kBlockBytes = qint64{1} << 18;     // takes some milliseconds, and so long a cancellation waits at most
constexpr qint64 kProgressEvery = qint64{1} << 22;  // bytes

}  // namespace

RecordingOpener::~RecordingOpener() {
  m_isCancelled = true;
  if (m_thread.joinable()) m_thread.join();
}

void RecordingOpener::open(const QString& file, std::optional<Instant> begins) {
  if (m_thread.joinable()) m_thread.join();  // it has reported its end
  m_file = file;
  m_begins = begins;
  m_isReading = true;
  m_isCancelled = false;
  m_thread = std::thread([this] { run(); });
}

void RecordingOpener::cancel() { m_isCancelled = true; }

void RecordingOpener::run() {
  QFile file(m_file);
  if (QFileInfo(m_file).isDir()) return end(nullptr, tr("%1 is a folder.").arg(m_file));
  if (!file.open(QIODevice::ReadOnly)) return end(nullptr, tr("%1: %2").arg(m_file, file.errorString()));
  engine::Clock& clock = engine::system_clock();
  models::OpenedRecordingReader reader(clock.now(), clock.wall_now(), m_begins);
  std::vector<char> block(static_cast<std::size_t>(kBlockBytes));
  const qint64 size = file.isSequential() ? 0 : file.size();
  qint64 read = 0, reported = 0;
  for (;;) {
    if (m_isCancelled) return end(nullptr, {});
    const qint64 got = file.read(block.data(), kBlockBytes);
    if (got < 0) return end(nullptr, tr("%1: %2").arg(m_file, file.errorString()));
    if (got == 0) break;
    reader.read({block.data(), static_cast<std::size_t>(got)});
    read += got;
    if (read - reported < kProgressEvery) continue;
    reported = read;
    QMetaObject::invokeMethod(
        this, [this, read, size] { emit progressed(read, size); }, Qt::QueuedConnection);
  }
  const auto session = reader.finish();
  if (session->updates > 0 || session->hasSamples || !session->flushes.empty()) return end(session, {});
  const QString problem = session->problems.isEmpty() ? tr("it is empty") : session->problems.front();
  end(nullptr, tr("%1 is no recorded session: %2.").arg(m_file, problem));
}

void RecordingOpener::end(std::shared_ptr<models::OpenedRecording> session, const QString& why) {
  QMetaObject::invokeMethod(
      this,
      [this, session = std::move(session), why] {
        m_isReading = false;
        if (session)
          emit opened(session);
        else
          emit failed(why);
      },
      Qt::QueuedConnection);
}

}  // namespace metabatch::gui
