// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "models/recordings/opened_recording.hpp"

namespace metabatch::gui {

/// Reads a recorded session on a thread of its own, so that nobody waits for it, whatever the size
/// of the file.
class RecordingOpener : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;
  ~RecordingOpener() override;

  /// Only while !isReading().
  ///
  /// @shape begins: where the recording is laid over another one; else it is as old as its clock
  ///        says
  void open(const QString& file, std::optional<Instant> begins = std::nullopt);
  void cancel();
  [[nodiscard]] bool isReading() const { return m_isReading; }
  [[nodiscard]] const QString& file() const { return m_file; }

 signals:
  /// @units bytes; size 0: unknown, as for a pipe
  void progressed(qint64 read, qint64 size);
  void opened(std::shared_ptr<metabatch::models::OpenedRecording> session);
  /// The recording cannot be read or is empty; an empty `why`: it was cancelled.
  void failed(const QString& why);

 private:
  void run();
  void end(std::shared_ptr<models::OpenedRecording> session, const QString& why);

  QString m_file;
  std::optional<Instant> m_begins;
  std::thread m_thread;
  std::atomic<bool> m_isCancelled = false;
  bool m_isReading = false;
};

}  // namespace metabatch::gui
