// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/files/save_file.hpp"

#include <QCoreApplication>
#include <QSaveFile>

namespace metabatch::gui {

QString saveFile(const QString& name, const QByteArray& bytes) {
  QSaveFile file(name);
  // commit() does not notice when a full disk accepted only a part of the buffered bytes; flush()
  // does.
  const bool isSaved = file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.flush();
  if (isSaved && file.commit()) return {};
  if (file.error() != QFileDevice::NoError) return file.errorString();
  return QCoreApplication::translate("saveFile", "only a part could be written; the disk may be full");
}

}  // namespace metabatch::gui
