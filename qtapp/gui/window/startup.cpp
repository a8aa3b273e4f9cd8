// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/startup.hpp"

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QLibraryInfo>
#include <QSocketNotifier>
#include <cstdio>
#include <cstring>

#include "gui/window/main_window.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr int kLongestDemo = 86'400;  // seconds

int wakeFd = -1;  // a signal handler can use nothing else

extern "C" void wakeOnSignal(int) { (void)::eventfd_write(wakeFd, 1); }

/// Whether something listens on this socket. A name without a slash may also be an abstract one.
bool isListening(const QString& file) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  qstrncpy(address.sun_path, file.toLocal8Bit().constData(), sizeof address.sun_path);
  const bool isThere = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return isThere;
}

/// Checks an X server on this machine only; Qt finds others.
bool isDeadX(const QString& display) {
  if (!display.startsWith(':')) return false;
  return !isListening("/tmp/.X11-unix/X" + display.mid(1).section('.', 0, 0));
}

QString wrongWithWayland(const QString& display) {
  const QDir plugins(QLibraryInfo::path(QLibraryInfo::PluginsPath) + "/platforms");
  if (plugins.entryList({"libqwayland*"}).isEmpty())
    return QStringLiteral("WAYLAND_DISPLAY is set, but Qt has no Wayland plugin: install qt6-wayland");
  const QString file = display.startsWith('/') ? display : qEnvironmentVariable("XDG_RUNTIME_DIR") + '/' + display;
  return isListening(file) ? QString() : QStringLiteral("no Wayland compositor answers at %1").arg(file);
}

/// Why no window can be opened; empty: as far as known, one can.
QString wrongWithDisplay() {
  const QString x = qEnvironmentVariable("DISPLAY"), wayland = qEnvironmentVariable("WAYLAND_DISPLAY");
  if (x.isEmpty() && wayland.isEmpty()) return QStringLiteral("neither DISPLAY nor WAYLAND_DISPLAY is set");
  QString wrong = wayland.isEmpty() ? QString() : wrongWithWayland(wayland);
  if (!wayland.isEmpty() && wrong.isEmpty()) return {};
  if (x.isEmpty()) return wrong;
  return isDeadX(x) ? QStringLiteral("no X server answers at DISPLAY=%1").arg(x) : QString();
}

void endInOrder(MainWindow& window) {
  QObject::connect(&window, &MainWindow::sessionClosed, &window, [](quint64 lost) {
    if (lost == 0) return;
    std::fprintf(stderr, "metabatch-desktop: %s could not be written in time\n",
                 qPrintable(models::counted(lost, "update")));
    QApplication::exit(1);
  });
  window.closeUnattended();
}

}  // namespace

bool hasScreen(int argc, char** argv) {
  if (!qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) return true;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "-platform") == 0 || std::strcmp(argv[i], "--platform") == 0) return true;
    for (const char* const flag : {"-h", "--help", "-v", "--version", "--screenshot"})
      if (std::strncmp(argv[i], flag, std::strlen(flag)) == 0) return qputenv("QT_QPA_PLATFORM", "offscreen");
  }
  const QString wrong = wrongWithDisplay();
  if (wrong.isEmpty()) return true;
  std::fprintf(stderr, "metabatch-desktop: no display: %s; `metabatch` needs none\n", qPrintable(wrong));
  return false;
}

void closeOnSignals(MainWindow& window) {
  wakeFd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  auto* const notifier = new QSocketNotifier(wakeFd, QSocketNotifier::Read, &window);
  QObject::connect(notifier, &QSocketNotifier::activated, &window, [&window] {
    eventfd_t ignored = 0;
    (void)::eventfd_read(wakeFd, &ignored);
    endInOrder(window);
  });
  struct sigaction action {};
  action.sa_handler = wakeOnSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaction(signal, &action, nullptr);
}

QString wrongArguments(const QCommandLineParser& parser) {
  QStringList asked;
  for (const char* const what : {"demo", "screenshot", "replay"})
    if (parser.isSet(what)) asked += QStringLiteral("--") + QLatin1String(what);
  const QStringList files = parser.positionalArguments();
  if (files.size() > 1) return QStringLiteral("one FILE at a time; %1 is one more").arg(files[1]);
  if (!files.isEmpty()) asked += files.front();
  if (asked.size() > 1) return asked.join(QStringLiteral(" and ")) + QStringLiteral(": one of them at a time");
  bool isNumber = false;
  const int seconds = parser.value("seconds").toInt(&isNumber);
  if (!isNumber || seconds < 0 || seconds > kLongestDemo)
    return QStringLiteral("--seconds: a number from 0 to %1").arg(kLongestDemo);
  if (parser.isSet("screenshot") && parser.value("screenshot").isEmpty())
    return QStringLiteral("--screenshot: the folder has no name");
  if (!QStringList{"all", "faults"}.contains(parser.value("pictures")))
    return QStringLiteral("--pictures: all, or faults");
  if (parser.isSet("seconds") && !parser.isSet("screenshot")) return QStringLiteral("--seconds goes with --screenshot");
  if (!parser.isSet("replay") && (parser.isSet("speed") || parser.isSet("db")))
    return QStringLiteral("--speed and --db go with --replay");
  return {};
}

QString wrongPictures(const QCommandLineParser& parser) {
  const QString folder = parser.value("screenshot");
  if (!QDir().mkpath(folder))
    return QStringLiteral("--screenshot: %1 is no folder, and cannot be made one").arg(folder);
  return {};
}

}  // namespace metabatch::gui
