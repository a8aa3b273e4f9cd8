// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <memory>

#include "gui/notify/desktop_notifier.hpp"
#include "models/state_watch.hpp"

namespace metabatch::gui {

class Source;
struct WindowData;

/// Notifies the operator when the state of a live source turns bad. Off until its action, whose
/// choice is kept, is switched on.
class Announcer : public QObject {
  Q_OBJECT

 public:
  /// @owns `data` outlives the object
  Announcer(const WindowData& data, QObject* parent = nullptr);
  ~Announcer() override;

  /// Watches the state while the source is open.
  void watch(Source& source);
  [[nodiscard]] QAction* action() const { return m_action; }
  void setNotifier(std::unique_ptr<DesktopNotifier> notifier) { m_notifier = std::move(notifier); }

 private:
  void see();

  const WindowData& m_data;
  QAction* m_action;
  std::unique_ptr<DesktopNotifier> m_notifier;
  models::StateWatch m_state;
};

}  // namespace metabatch::gui
