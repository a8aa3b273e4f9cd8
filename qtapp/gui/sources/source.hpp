// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

namespace metabatch::gui {

/// Something that the window can open: it fills the WindowData and offers the pages that it can fill. Nothing here waits: what
/// a source runs lives on threads of its own and sends values.
class Source : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;
  [[nodiscard]] virtual bool isOpen() const = 0;
  /// Ends soon; closed() follows. A no-op when it is not open.
  virtual void close() = 0;

 signals:
  /// Its pages are on offer.
  ///
  /// @shape title: the name of what is open, short; description: one line for the status bar
  void opened(const QString& title, const QString& description);
  /// There is something new to show.
  void changed();
  /// A sentence for the status bar.
  void messaged(const QString& text);
  void closed();
};

}  // namespace metabatch::gui
