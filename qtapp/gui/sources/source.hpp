// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

namespace metabatch::gui {

/// A source that the window can open. It fills the WindowData and offers the pages that it can
/// fill. Nothing here waits: the work of a source runs on threads of its own, which send values.
class Source : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;
  [[nodiscard]] virtual bool isOpen() const = 0;
  /// Ends soon; closed() follows. Does nothing when the source is not open.
  virtual void close() = 0;

 signals:
  /// The source offers its pages.
  ///
  /// @shape title: a short name of the source; description: one line for the status bar
  void opened(const QString& title, const QString& description);
  /// There is new data to show.
  void changed();
  /// A sentence for the status bar.
  void messaged(const QString& text);
  void closed();
};

}  // namespace metabatch::gui
