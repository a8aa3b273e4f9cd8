// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <optional>

namespace metabatch::gui {

/// A label in the status bar: a red dot with the name and the size of the running recording; at its
/// end the path, the size and a link that opens it.
class RecordingStatus : public QLabel {
  Q_OBJECT

 public:
  explicit RecordingStatus(QWidget* parent = nullptr);

  void begin(const QString& file) { m_file = file; }
  void setBytes(std::optional<quint64> bytes);
  void end(const QString& file, quint64 bytes);
  /// A source was opened, so the recording of an earlier one is no longer shown.
  void forget();

 signals:
  void openWanted(const QString& file);

 private:
  QString m_file;
  bool m_hasEnded = false;
};

}  // namespace metabatch::gui
