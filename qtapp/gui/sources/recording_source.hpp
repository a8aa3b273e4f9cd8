// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "gui/recordings/recording_opener.hpp"
#include "gui/sources/source.hpp"

class QMainWindow;

namespace metabatch::gui {

class DriveSource;
class PageTabs;
class WhatIfPanel;
struct WindowData;

/// Shows a recording, from open() or from a file that is dropped on the window. Shows progress when
/// reading takes a while, and reports problems. The what-if panel works on it, and on the running
/// recording of a session.
class RecordingSource : public Source {
  Q_OBJECT

 public:
  /// @shape whyNot: why nothing can be opened at the moment; empty: it is possible
  /// @owns  `data`, `pages`, `drive` and `window` outlive the source
  RecordingSource(WindowData& data, PageTabs& pages, DriveSource& drive, QMainWindow& window,
                  std::function<QString()> whyNot);

  /// Asks for the file.
  void choose();
  void open(const QString& file);
  [[nodiscard]] bool isOpen() const override { return m_isOpen; }
  void close() override;
  /// The file's name without its folders; only while it is open.
  [[nodiscard]] QString name() const;
  /// When it began; only while it is open.
  [[nodiscard]] Instant began() const { return m_began; }
  /// Where the updates begin that are kept: with the recording, unless it is too large; only while
  /// it is open.
  [[nodiscard]] Instant keptFrom() const { return m_keptFrom; }
  /// Lets the charts show at least the time until `end`.
  void extendTo(Instant end);
  [[nodiscard]] WhatIfPanel& whatIf() const { return *m_whatIf; }
  [[nodiscard]] RecordingOpener& opener() { return m_opener; }

 signals:
  /// The file was read and is shown.
  void shown(const QString& file);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void connectWhatIf();
  void showProgress();
  void restoreTime();
  void warn(const QString& text);
  void onRead(const std::shared_ptr<models::OpenedRecording>& recording);
  void show(models::OpenedRecording& recording);
  void showTime(Instant end);

  WindowData& m_data;
  PageTabs& m_pages;
  DriveSource& m_drive;
  QMainWindow& m_window;
  const std::function<QString()> m_whyNot;
  WhatIfPanel* m_whatIf;
  RecordingOpener m_opener{this};
  bool m_isOpen = false;
  Instant m_began{}, m_ended{}, m_keptFrom{};
  WallTime m_started{};     // m_began, for people
  Duration m_spanBefore{};  // the settings of the charts, restored when the recording is closed
  bool m_showedWallClock = false;
};

/// `updates.ndjson, 14:02:11 to 14:07:02, 120,000 updates in 8,000 reports; 1 bad line`
QString contentText(const QString& file, const models::OpenedRecording& recording);

}  // namespace metabatch::gui
