// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDockWidget>

#include "gui/session/live_session.hpp"
#include "gui/session/recording_control.hpp"
#include "gui/panels/what_if_panel.hpp"

namespace metabatch::gui {

/// What the window has of recorded sessions, and of what would be with other settings.
struct Recordings {
  RecordingDoor* door = nullptr;
  WhatIfPanel* whatIf = nullptr;
  QDockWidget* dock = nullptr;  ///< of whatIf
  bool isShown = false;         ///< a recording is: what is seen has ended long ago
  Duration spanBefore{};        ///< of the charts, until then

  /// Shows the dock behind that of the settings, where these are wanted at all, for what arrives in the session.
  ///
  /// @owns `session` stays until the panel begins with something else
  void follow(LiveSession& session, QDockWidget& tuning);
};

}  // namespace metabatch::gui
