// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/session/recording_opener.hpp"

#include <QFile>
#include <QFileInfo>
#include <vector>

#include "engine/clock.hpp"

namespace metabatch::gui {
namespace {

constexpr qint64 kBlockBytes = qint64{1} << 18;  // some milliseconds: so soon a cancellation is heard
constexpr qint64 kTellEvery = qint64{1} << 22;   // bytes

}  // namespace

RecordingOpener::~RecordingOpener() {
  m_isCancelled = true;
  if (m_thread.joinable()) m_thread.join();
}

void RecordingOpener::open(const QString& file) {
  if (m_thread.joinable()) m_thread.join();  // it has told its end
  m_file = file;
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
  models::SessionReader reader(clock.now(), clock.wall_now());
  std::vector<char> block(static_cast<std::size_t>(kBlockBytes));
  const qint64 size = file.isSequential() ? 0 : file.size();
  qint64 read = 0, told = 0;
  for (;;) {
    if (m_isCancelled) return end(nullptr, {});
    const qint64 got = file.read(block.data(), kBlockBytes);
    if (got < 0) return end(nullptr, tr("%1: %2").arg(m_file, file.errorString()));
    if (got == 0) break;
    reader.read({block.data(), static_cast<std::size_t>(got)});
    read += got;
    if (read - told < kTellEvery) continue;
    told = read;
    QMetaObject::invokeMethod(
        this, [this, read, size] { emit progressed(read, size); }, Qt::QueuedConnection);
  }
  const auto session = reader.finish();
  if (session->updates > 0 || session->hasSamples || !session->flushes.empty()) return end(session, {});
  const QString trouble = session->troubles.isEmpty() ? tr("it is empty") : session->troubles.front();
  end(nullptr, tr("%1 is no recorded session: %2.").arg(m_file, trouble));
}

void RecordingOpener::end(std::shared_ptr<models::OpenedSession> session, const QString& why) {
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
