// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace metabatch::gui {

/// The newest names of one kind (files, addresses) that were used, newest first, kept in the settings. It never holds a secret:
/// whoever adds an address removes that first.
class RecentList {
 public:
  static constexpr int kMost = 8;

  explicit RecentList(const char* key) : m_key(key) {}

  [[nodiscard]] QStringList names() const;
  void add(const QString& name);
  void clear();

 private:
  const char* const m_key;
};

}  // namespace metabatch::gui
