// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <optional>
#include <variant>

#include "gui/watch/metrics_watch.hpp"

class QComboBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace metabatch::gui {

/// The address of the metrics to scrape, and the credentials. A token or a password stays in its
/// field.
class MetricsFields : public QWidget {
  Q_OBJECT

 public:
  explicit MetricsFields(QWidget* parent = nullptr);

  /// Nothing: the fields contain no address. Text: what is wrong with the address.
  [[nodiscard]] std::variant<std::optional<MetricsPlan>, QString> read() const;
  /// The part that may be stored: the address without user, password and query.
  [[nodiscard]] QString keptUrl() const;
  void setUrl(const QString& url);

 signals:
  void changed();

 private:
  void arrange();
  void refresh();
  [[nodiscard]] QByteArray authorization(const QUrl& url) const;

  QLineEdit* m_url;
  QSpinBox* m_every;
  QComboBox* m_kind;
  QLineEdit* m_user;
  QLineEdit* m_secret;
  QLineEdit* m_prefix;
  QLabel* m_note;
};

}  // namespace metabatch::gui
