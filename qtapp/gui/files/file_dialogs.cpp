// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/files/file_dialogs.hpp"

#include <QFileDialog>
#include <QFileInfo>

namespace metabatch::gui {

QFileDialog* askWhereToSave(QWidget* parent, const QString& title, const QString& name, const QString& filter) {
  auto* const dialog = new QFileDialog(parent, title, name, filter);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setDefaultSuffix(QFileInfo(name).suffix());
  dialog->selectFile(name);
  dialog->open();
  return dialog;
}

QFileDialog* askWhatToOpen(QWidget* parent, const QString& title, const QString& filter, const QString& folder) {
  auto* const dialog = new QFileDialog(parent, title, folder, filter);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::ExistingFile);
  dialog->open();
  return dialog;
}

}  // namespace metabatch::gui
