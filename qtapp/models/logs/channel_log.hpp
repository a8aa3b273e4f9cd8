// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <deque>
#include <string>
#include <vector>

#include "metabatch/time.hpp"
#include "models/charts/time_window.hpp"

namespace metabatch::models {

/// One notification, or a marker that some are missing.
struct ChannelLine {
  WallTime at{};
  Instant seen{};  ///< its position on the charts
  std::string payload;
  int sender = 0;         ///< process id of the server's session; 0: this process
  quint64 lost = 0;       ///< a marker: the number of notifications that were lost
  bool isResync = false;  ///< listening began anew
  quint64 ids = 0;        ///< agents that the payload names, each counted once
  quint64 duplicates = 0;
  quint64 unreadable = 0;  ///< windows of 22 symbols, and a remainder, that are no id
  quint64 firstBad = 0;    ///< byte offset of the first unreadable part; only when unreadable > 0
};

/// Reads the payload leniently: an unreadable id hides no other.
ChannelLine readChannel(std::string payload, int sender, WallTime at);
/// Converts a Notification of the engine, which models do not know: any type with its members.
template <class Notification>
ChannelLine channelLine(const Notification& received, WallTime at) {
  ChannelLine line = received.needs_resync() ? ChannelLine{} : readChannel(received.payload, received.sender, at);
  line.at = at;
  line.lost = received.lost;
  line.isResync = received.is_resync;
  return line;
}

/// The last notifications, newest first.
class ChannelLog : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Time, Bytes, Ids, Duplicates, Unreadable, Sender, First, Columns };
  enum Role { IsBad = Qt::UserRole + 1, SeenAt };
  static constexpr std::size_t kLines = 2000;

  using QAbstractTableModel::QAbstractTableModel;

  /// @shape seen: the instant of their point on the charts
  void add(const std::vector<ChannelLine>& lines, Instant seen = {});
  void clear();
  [[nodiscard]] const ChannelLine& line(int row) const { return m_lines[static_cast<std::size_t>(row)]; }
  /// Since clear().
  [[nodiscard]] quint64 received() const { return m_received; }
  [[nodiscard]] quint64 malformed() const { return m_malformed; }
  [[nodiscard]] quint64 lost() const { return m_lost; }

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::deque<ChannelLine> m_lines;  // newest first
  quint64 m_received = 0;
  quint64 m_malformed = 0;
  quint64 m_lost = 0;
};

/// The notifications of a span of time.
class ChannelFilter : public QSortFilterProxyModel {
  Q_OBJECT

 public:
  using QSortFilterProxyModel::QSortFilterProxyModel;
  void setSpan(const std::optional<TimeSpan>& span);  ///< nullopt: of any time

 protected:
  [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

 private:
  std::optional<TimeSpan> m_span;
};

/// Every agent that the payload names, one a line, and the unreadable parts with their offsets.
QString channelDetail(const ChannelLine& line);

}  // namespace metabatch::models
