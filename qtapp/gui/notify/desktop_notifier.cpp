// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/notify/desktop_notifier.hpp"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QStringList>
#include <QVariantMap>

namespace metabatch::gui {
namespace {

constexpr int kDesktopsChoice = -1;  // how long it is shown
constexpr uchar kCritical = 2;       // it stays until somebody has seen it

class DBusNotifier : public DesktopNotifier {
 public:
  void notify(const QString& title, const QString& text) override {
    QDBusMessage call = QDBusMessage::createMethodCall(
        "org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "Notify");
    const QVariantMap hints = {{"desktop-entry", "metabatch-desktop"}, {"urgency", QVariant::fromValue(kCritical)}};
    call << "metabatch" << uint(0) << "metabatch-desktop" << title << text.toHtmlEscaped() << QStringList() << hints
         << kDesktopsChoice;
    QDBusConnection::sessionBus().send(call);  // the answer, a number, is not needed
  }
};

}  // namespace

std::unique_ptr<DesktopNotifier> desktopNotifier() { return std::make_unique<DBusNotifier>(); }

}  // namespace metabatch::gui
