// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/watch/metrics_watch.hpp"

#include <algorithm>
#include <utility>

#include "gui/watch/metrics_fetcher.hpp"

namespace metabatch::gui {

MetricsWatch::MetricsWatch(const MetricsPlan& plan, QObject* parent)
    : QObject(parent), m_fetcher(new MetricsFetcher(plan)) {
  qRegisterMetaType<std::shared_ptr<const MetricsAnswer>>();
  m_fetcher->moveToThread(&m_thread);
  connect(m_fetcher, &MetricsFetcher::answered, this, &MetricsWatch::answered);
  connect(&m_thread, &QThread::started, m_fetcher, &MetricsFetcher::start);
  connect(&m_thread, &QThread::finished, m_fetcher, &QObject::deleteLater);
  connect(&m_thread, &QThread::finished, this, &MetricsWatch::closed);
  m_thread.setObjectName("metrics");
  m_thread.start();
}

MetricsWatch::~MetricsWatch() {
  m_thread.disconnect(this);
  close();
  m_thread.wait();
}

void MetricsWatch::close() {
  MetricsFetcher* const fetcher = std::exchange(m_fetcher, nullptr);
  if (fetcher == nullptr) return;
  QMetaObject::invokeMethod(fetcher, [fetcher, thread = &m_thread] {
    fetcher->stop();
    thread->quit();
  });
}

QString shownUrl(const QUrl& url) {
  QString text = url.toString(QUrl::RemoveUserInfo | QUrl::RemoveQuery | QUrl::RemoveFragment);
  if (url.hasQuery()) text += "?…";
  return text;
}

QString wrongWithUrl(const QUrl& url) {
  if (url.isEmpty()) return MetricsWatch::tr("No address.");
  if (!url.isValid()) return MetricsWatch::tr("Not an address: %1").arg(url.errorString());
  if (url.scheme() != "http" && url.scheme() != "https")
    return MetricsWatch::tr("An address to scrape begins with http:// or https://");
  if (url.host().isEmpty()) return MetricsWatch::tr("The address names no host.");
  return {};
}

std::chrono::milliseconds patienceOf(Duration every) {
  using namespace std::chrono_literals;
  return std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(every), std::chrono::milliseconds(1s),
                    std::chrono::milliseconds(10s));
}

}  // namespace metabatch::gui
