// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QProcess>

namespace metabatch::gui {

/// A screen of its own (Xvfb) for the application that is made after it: keys go to the widget with
/// the focus, which the offscreen platform does not do.
class RealScreen {
 public:
  RealScreen() {
    m_server.start("Xvfb", {"-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"});
    QByteArray display;
    while (!display.contains('\n') && m_server.waitForReadyRead(kPatienceMs))
      display += m_server.readAllStandardOutput();
    if (display.isEmpty()) qFatal("Xvfb is not installed");
    qputenv("DISPLAY", ":" + display.trimmed());
    qputenv("QT_QPA_PLATFORM", "xcb");
  }
  ~RealScreen() {
    m_server.terminate();
    m_server.waitForFinished(kPatienceMs);
  }

 private:
  static constexpr int kPatienceMs = 60'000;
  QProcess m_server;
};

}  // namespace metabatch::gui
