// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace metabatch::gui {

/// The most recently used names of one kind (files, addresses), newest first, stored in the
/// settings. It never contains a secret: the caller removes secrets from an address before it adds
/// it.
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
