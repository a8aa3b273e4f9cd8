// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/help_menu.hpp"

#include <QCoreApplication>
#include <QMainWindow>
#include <QMenuBar>
#include <QMessageBox>

namespace metabatch::gui {
namespace {

struct Help {
  Q_DECLARE_TR_FUNCTIONS(Help)
};

void showShortcuts(QMainWindow& window) {
  static const std::pair<const char*, const char*> kKeys[] = {
      {QT_TRANSLATE_NOOP("Help", "Ctrl+L"), QT_TRANSLATE_NOOP("Help", "stop the charts, or let them follow")},
      {QT_TRANSLATE_NOOP("Help", "Ctrl+F5"), QT_TRANSLATE_NOOP("Help", "flush now")},
      {QT_TRANSLATE_NOOP("Help", "Ctrl+H"), QT_TRANSLATE_NOOP("Help", "pause flushes, or resume them")},
      {QT_TRANSLATE_NOOP("Help", "Ctrl+Z, Ctrl+Shift+Z"),
       QT_TRANSLATE_NOOP("Help", "undo a changed setting, or redo it")},
      {QT_TRANSLATE_NOOP("Help", "Ctrl++, Ctrl+-, Ctrl+wheel"), QT_TRANSLATE_NOOP("Help", "zoom all charts")},
      {QT_TRANSLATE_NOOP("Help", "Shift+drag, Shift+wheel, arrows"),
       QT_TRANSLATE_NOOP("Help", "move all charts through time")},
      {QT_TRANSLATE_NOOP("Help", "drag, Shift+arrows"),
       QT_TRANSLATE_NOOP("Help", "select a span of time: the logs show only that")},
      {QT_TRANSLATE_NOOP("Help", "Enter, Esc"),
       QT_TRANSLATE_NOOP("Help", "show the selected span alone; clear the selection")},
      {QT_TRANSLATE_NOOP("Help", "Ctrl+arrows"), QT_TRANSLATE_NOOP("Help", "move the crosshair of all charts")},
      {QT_TRANSLATE_NOOP("Help", "double click, Home"), QT_TRANSLATE_NOOP("Help", "back to live")},
      {QT_TRANSLATE_NOOP("Help", "Alt+1 … Alt+7"), QT_TRANSLATE_NOOP("Help", "pages")},
      {QT_TRANSLATE_NOOP("Help", "Ctrl+C"), QT_TRANSLATE_NOOP("Help", "copy the selected rows of a table")},
      {QT_TRANSLATE_NOOP("Help", "F5"), QT_TRANSLATE_NOOP("Help", "on the Doctor page: examine again")},
      {QT_TRANSLATE_NOOP("Help", "Ctrl+U"), QT_TRANSLATE_NOOP("Help", "search settings for the updates that arrive")},
      {QT_TRANSLATE_NOOP("Help", "Ctrl+Shift+R"), QT_TRANSLATE_NOOP("Help", "write a report about the updates")},
      {QT_TRANSLATE_NOOP("Help", "Ctrl+D"), QT_TRANSLATE_NOOP("Help", "compare the recording with another one")},
      {QT_TRANSLATE_NOOP("Help", "Ctrl+P"), QT_TRANSLATE_NOOP("Help", "pause a replay, or resume it")},
      {QT_TRANSLATE_NOOP("Help", "F9, F10"), QT_TRANSLATE_NOOP("Help", "settings panel, what if")},
      {QT_TRANSLATE_NOOP("Help", "Ctrl+N, Ctrl+K, Ctrl+R, Ctrl+I, Ctrl+O"),
       QT_TRANSLATE_NOOP("Help", "new demo, connect, replay, inspect, open a recording")},
      {QT_TRANSLATE_NOOP("Help", "Ctrl+W"), QT_TRANSLATE_NOOP("Help", "close the open source")},
      {QT_TRANSLATE_NOOP("Help", "Ctrl+Q"), QT_TRANSLATE_NOOP("Help", "quit, after the buffered entries are written")}};
  QString rows;
  for (const auto& [key, does] : kKeys)
    rows += QStringLiteral("<tr><td style='padding-right:18px'><b>%1</b></td><td>%2</td></tr>")
                .arg(Help::tr(key), Help::tr(does));
  auto* const box = new QMessageBox(QMessageBox::NoIcon, Help::tr("Shortcuts"), "<table>" + rows + "</table>",
                                    QMessageBox::Close, &window);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setObjectName("shortcuts");
  box->open();
}

void showAbout(QMainWindow& window) {
  auto* const box = new QMessageBox(QMessageBox::NoIcon, Help::tr("About metabatch"),
                                    Help::tr("metabatch %1\n\nBatches the metadata of many agents: it keeps the newest "
                                             "value of each key, writes them in one "
                                             "statement a batch, and notifies listeners in a few messages.\n\nQt %2. "
                                             "The desktop program is licensed under "
                                             "GPL-3.0-or-later, the rest under Apache-2.0.")
                                        .arg(QStringLiteral(METABATCH_VERSION), QString::fromLatin1(qVersion())),
                                    QMessageBox::Close, &window);
  box->setTextFormat(Qt::PlainText);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setObjectName("about-box");
  box->open();
}

}  // namespace

void addHelpMenu(QMainWindow& window) {
  QMenu* const menu = window.menuBar()->addMenu(Help::tr("&Help"));
  menu->addAction(Help::tr("&Shortcuts"), QKeySequence(Qt::Key_F1), &window, [&window] { showShortcuts(window); });
  menu->addAction(Help::tr("&About metabatch"), &window, [&window] { showAbout(window); })->setObjectName("about");
}

}  // namespace metabatch::gui
