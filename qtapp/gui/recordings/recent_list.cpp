// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/recordings/recent_list.hpp"

#include <QSettings>

namespace metabatch::gui {

QStringList RecentList::names() const {
  return QSettings().value(QStringLiteral("recent/") + m_key).toStringList().mid(0, kMost);
}

void RecentList::add(const QString& name) {
  QStringList list = names();
  list.removeAll(name);
  list.prepend(name);
  QSettings().setValue(QStringLiteral("recent/") + m_key, list.mid(0, kMost));
}

void RecentList::clear() { QSettings().remove(QStringLiteral("recent/") + m_key); }

}  // namespace metabatch::gui
