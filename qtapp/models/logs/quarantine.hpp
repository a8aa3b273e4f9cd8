// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractTableModel>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/time.hpp"
#include "metabatch/update.hpp"
#include "metabatch/uuid.hpp"

namespace metabatch::models {

/// One refused entry, with everything that is needed to correct it and send it again.
struct RefusedLine {
  WallTime at{};  ///< when it was refused
  Uuid agent;
  std::string key;
  std::string value;
  std::string error;
  WallTime collectedAt{};
  std::string sqlstate;
  std::string why;
};

/// The refused entries, newest first. The table is bounded in lines and bytes; removed lines are
/// counted.
class Quarantine : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Time, Why, SqlState, Key, Agent, Value, Columns };
  static constexpr std::size_t kLines = 1000;
  static constexpr std::size_t kBytes = std::size_t{32} << 20;  ///< of keys, values and errors

  using QAbstractTableModel::QAbstractTableModel;

  /// @shape lines: in the order of their refusal
  void add(const std::vector<RefusedLine>& lines);
  void clear();
  [[nodiscard]] const RefusedLine& line(int row) const { return m_lines[static_cast<std::size_t>(row)]; }
  /// The number since clear(), removed lines included.
  [[nodiscard]] quint64 refused() const { return m_refused; }
  [[nodiscard]] quint64 forgotten() const { return m_refused - m_lines.size(); }

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  void forgetOldest();

  std::deque<RefusedLine> m_lines;  // newest first
  std::size_t m_bytes = 0;
  quint64 m_refused = 0;
};

/// Makes a text from outside fit to be shown. Characters that are invisible, or that would turn,
/// break or hide the text beside them, are written as `\n` or `\u{202e}`, a backslash as `\\`. A
/// text over `most` characters is cut.
QString safeText(std::string_view bytes, qsizetype most);

/// A full description of one refused entry, and what to do.
QString refusedDetail(const RefusedLine& line);

/// One line in the format of `metabatch ingest`.
QByteArray updateNdjson(const Update& update);
/// The same for a refused entry, exactly as it was refused, to be corrected and sent again.
QByteArray refusedNdjson(const RefusedLine& line);
/// All lines, oldest first.
QByteArray refusedNdjson(const Quarantine& quarantine);

}  // namespace metabatch::models
