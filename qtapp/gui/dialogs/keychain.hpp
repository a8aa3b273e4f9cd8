// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <functional>
#include <optional>

namespace metabatch::gui {

/// Passwords in the keychain of the desktop (the Secret Service, or KWallet), and nowhere else: where none answers, nothing is kept.
/// No call waits; what came of it is told in the thread of `context`, unless that is gone by then.
class Keychain {
 public:
  /// Why it could not be done, for people; empty: done.
  using Done = std::function<void(const QString& problem)>;
  /// `password`: nullopt where there is none, or where there is a problem.
  using Found = std::function<void(const std::optional<QString>& password, const QString& problem)>;

  static void keep(const QString& profile, const QString& password, QObject* context, const Done& done);
  static void find(const QString& profile, QObject* context, const Found& found);
  /// A password that is not there is forgotten already.
  static void forget(const QString& profile, QObject* context, const Done& done);
};

}  // namespace metabatch::gui
