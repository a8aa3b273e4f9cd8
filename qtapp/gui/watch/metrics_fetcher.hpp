// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QTimer>

#include "gui/watch/metrics_watch.hpp"

namespace metabatch::gui {

/// The part of a MetricsWatch that lives in its thread: one request at a time, each with one
/// deadline for everything.
class MetricsFetcher : public QObject {
  Q_OBJECT

 public:
  explicit MetricsFetcher(MetricsPlan plan);

  void start();
  void fetch();
  void stop();

 signals:
  void answered(std::shared_ptr<const metabatch::gui::MetricsAnswer> answer);

 private:
  void read();
  void finish();
  void abandon(const QString& why);
  [[nodiscard]] QString judge() const;
  [[nodiscard]] QString failureText() const;

  const MetricsPlan m_plan;
  QNetworkAccessManager m_network{this};
  QNetworkReply* m_reply = nullptr;
  QByteArray m_body;
  QString m_abandoned;  // why this object ended the request
  QTimer m_tick{this};
  QTimer m_deadline{this};
};

}  // namespace metabatch::gui
