// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <functional>
#include <optional>

namespace metabatch::gui {

/// Passwords in the keychain of the desktop (the Secret Service, or KWallet), and nowhere else.
/// Without a keychain nothing is stored. No call waits. The result is reported in the thread of
/// `context`, unless `context` is destroyed by then.
class Keychain {
 public:
  /// Why it failed, for people; empty: it succeeded.
  using Done = std::function<void(const QString& problem)>;
  /// `password`: nullopt when there is none, or when there is a problem.
  using Found = std::function<void(const std::optional<QString>& password, const QString& problem)>;

  static void keep(const QString& profile, const QString& password, QObject* context, const Done& done);
  static void find(const QString& profile, QObject* context, const Found& found);
  /// Removes a password. A missing one counts as removed.
  static void forget(const QString& profile, QObject* context, const Done& done);
};

}  // namespace metabatch::gui
