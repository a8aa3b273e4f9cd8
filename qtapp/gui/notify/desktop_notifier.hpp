// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <memory>

namespace metabatch::gui {

/// Shows notifications on the desktop. Never waits.
class DesktopNotifier {
 public:
  virtual ~DesktopNotifier() = default;
  /// @shape plain text
  virtual void notify(const QString& title, const QString& text) = 0;
};

/// Notifications of the desktop over D-Bus. Without a session bus, or without a service for them,
/// nothing is shown.
///
/// @source Desktop Notifications Specification 1.2: the body is markup, so text is escaped
std::unique_ptr<DesktopNotifier> desktopNotifier();

}  // namespace metabatch::gui
