// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "gui/sources/source.hpp"
#include "gui/watch/channel_watch.hpp"

namespace metabatch::gui {

class PageTabs;
struct WindowData;

/// Listens to a channel and reads the table of its database; writes nothing.
class WatchSource : public Source {
  Q_OBJECT

 public:
  /// @owns `data` and `pages` outlive the source
  WatchSource(WindowData& data, PageTabs& pages, QObject* parent = nullptr);

  void open(const sql::PgAddress& address, const QString& channel);
  [[nodiscard]] bool isOpen() const override { return m_watch != nullptr; }
  void close() override;
  /// NOTIFYs received a second; nothing while the source does not listen.
  [[nodiscard]] std::optional<double> received() const;

 private:
  WindowData& m_data;
  PageTabs& m_pages;
  std::unique_ptr<ChannelWatch> m_watch;
};

}  // namespace metabatch::gui
