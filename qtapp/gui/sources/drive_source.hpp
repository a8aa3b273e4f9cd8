// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTemporaryDir>
#include <QUndoStack>
#include <memory>

#include "gui/session/live_session.hpp"
#include "gui/sources/source.hpp"

class QWidget;

namespace metabatch::gui {

class PageTabs;
class TunePanel;
struct WindowData;

/// Drives the window's own batcher: the demo, a simulated fleet into a database, or a replay.
/// Changes of settings can be undone.
class DriveSource : public Source {
  Q_OBJECT

 public:
  /// @owns `data`, `pages`, `tune` and `window`, the parent of questions, outlive the source
  DriveSource(WindowData& data, PageTabs& pages, TunePanel& tune, QWidget& window);
  ~DriveSource() override;

  /// A simulated fleet on an embedded database in a temporary folder.
  void startDemo();
  /// The caller has asked the operator where a question is needed.
  ///
  /// @shape folder: of a temporary database; removed at the end
  void start(SessionPlan plan, std::unique_ptr<QTemporaryDir> folder = nullptr);
  [[nodiscard]] bool isOpen() const override { return m_session != nullptr; }
  [[nodiscard]] bool isRunning() const { return m_session != nullptr && !m_session->isClosing(); }
  [[nodiscard]] bool isFlushingPaused() const;
  void close() override;

  void flushNow();
  void setFlushingPaused(bool paused);
  /// The change can be undone.
  void apply(const Config& wanted);
  /// The same for what the tuner found: all other settings stay as they run.
  void applyTuned(const Config& found);
  /// Creates the missing rows of the fleet; asks first when the database is not local.
  void registerFleet();
  /// Stops the fleet and deletes its rows, after a question.
  void removeFleet();
  void record(const QString& file);
  /// Marks the charts, and the recording if there is one.
  void mark(const QString& text);

  [[nodiscard]] LiveSession* session() const { return m_session.get(); }
  [[nodiscard]] QUndoStack& undo() { return m_undo; }

 signals:
  void starting();
  void started();
  void sampled(const metabatch::gui::SessionSnapshot& snapshot);
  void flushingPaused(bool paused);
  void recordingTo(const QString& file);
  void recorded(const metabatch::gui::Recorded& recording);
  /// Nothing is buffered any more, or `lost` entries were neither written nor saved. Emitted before
  /// closed().
  void drained(quint64 lost);

 private:
  void connectSession();
  void connectTuning();
  void showPlan(const SessionPlan& plan);
  void onSample(const SessionSnapshot& snapshot);
  void onApplied(const Config& running);
  void onRegistered(const Registered& registered);
  void onClosed(quint64 lost);
  void changeFleet(const Fleet& fleet);
  void setFault(Fault fault);
  void warn(const QString& text);

  WindowData& m_data;
  PageTabs& m_pages;
  TunePanel& m_tune;
  QWidget& m_window;
  QUndoStack m_undo;
  Fault m_fault = Fault::none;
  std::unique_ptr<QTemporaryDir> m_folder;  // removed after the session, which writes there
  std::unique_ptr<LiveSession> m_session;
};

/// One line about a session for the status bar.
QString descriptionOf(const SessionPlan& plan);

}  // namespace metabatch::gui
