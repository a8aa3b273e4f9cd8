// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>

#include "gui/recordings/recording_opener.hpp"

class QDialog;
class QMainWindow;

namespace metabatch::gui {

class PageTabs;
class RecordingSource;
struct WindowData;

/// A second recording over the shown one: its lines are dotted on the charts, both begin at the
/// same instant, and a table has the differences. It goes with its table.
class ComparedRecording : public QObject {
  Q_OBJECT

 public:
  /// @owns `data`, `pages`, `recording` and `window` outlive the object
  ComparedRecording(WindowData& data, PageTabs& pages, RecordingSource& recording, QMainWindow& window);

  /// Asks for the file.
  void choose();
  void open(const QString& file);

 signals:
  void shown();

 private:
  void show(const std::shared_ptr<models::OpenedRecording>& other);
  void openTable(const models::OpenedRecording& other);
  void clear();
  void warn(const QString& text);

  WindowData& m_data;
  PageTabs& m_pages;
  RecordingSource& m_recording;
  QMainWindow& m_window;
  RecordingOpener m_opener{this};
  QPointer<QDialog> m_table;
};

}  // namespace metabatch::gui
