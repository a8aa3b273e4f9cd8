// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/watch/metrics_fetcher.hpp"

#include "engine/clock.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr const char* kAccept =
    "text/plain;version=0.0.4;q=1,application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3";
constexpr int kMostRedirects = 3;

QNetworkRequest requestFor(const MetricsPlan& plan) {
  QNetworkRequest request(plan.url);
  request.setRawHeader("Accept", kAccept);
  request.setHeader(QNetworkRequest::UserAgentHeader, "metabatch-desktop");
  if (!plan.authorization.isEmpty()) request.setRawHeader("Authorization", plan.authorization);
  request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::SameOriginRedirectPolicy);
  request.setMaximumRedirectsAllowed(kMostRedirects);
  request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
  request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
  request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
  request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
  request.setDecompressedSafetyCheckThreshold(MetricsWatch::kMostBytes);
  return request;
}

}  // namespace

MetricsFetcher::MetricsFetcher(MetricsPlan plan) : m_plan(std::move(plan)) {
  m_tick.setInterval(std::chrono::duration_cast<std::chrono::milliseconds>(m_plan.every));
  m_deadline.setSingleShot(true);
  m_deadline.setInterval(patienceOf(m_plan.every));
  connect(&m_tick, &QTimer::timeout, this, &MetricsFetcher::fetch);
  connect(&m_deadline, &QTimer::timeout, this, [this] {
    abandon(tr("no complete answer within %1")
                .arg(QString::fromStdString(format_duration(std::chrono::milliseconds(m_deadline.interval())))));
  });
}

void MetricsFetcher::start() {
  m_tick.start();
  fetch();
}

void MetricsFetcher::stop() {
  m_tick.stop();
  m_deadline.stop();
  if (m_reply == nullptr) return;
  m_reply->disconnect(this);
  m_reply->abort();
  std::exchange(m_reply, nullptr)->deleteLater();
}

void MetricsFetcher::fetch() {
  if (m_reply != nullptr) return;  // the previous request has not ended; its deadline will end it
  m_body.clear();
  m_abandoned.clear();
  m_reply = m_network.get(requestFor(m_plan));
  m_reply->setReadBufferSize(MetricsWatch::kMostBytes / 16);
  connect(m_reply, &QNetworkReply::readyRead, this, &MetricsFetcher::read);
  connect(m_reply, &QNetworkReply::finished, this, &MetricsFetcher::finish);
  m_deadline.start();
}

void MetricsFetcher::read() {
  m_body += m_reply->readAll();
  if (m_body.size() > MetricsWatch::kMostBytes)
    abandon(tr("the answer is over %1").arg(models::bytesText(static_cast<double>(MetricsWatch::kMostBytes))));
}

void MetricsFetcher::abandon(const QString& why) {
  if (m_reply == nullptr || !m_abandoned.isEmpty()) return;
  m_abandoned = why;
  m_reply->abort();  // finish() follows
}

void MetricsFetcher::finish() {
  m_deadline.stop();
  if (m_abandoned.isEmpty()) m_body += m_reply->readAll();
  if (m_abandoned.isEmpty() && m_body.size() > MetricsWatch::kMostBytes) m_abandoned = tr("the answer is too long");
  const QString why = m_abandoned.isEmpty() ? judge() : m_abandoned;
  const bool isOpen = m_reply->header(QNetworkRequest::ContentTypeHeader).toString().contains("openmetrics");
  std::exchange(m_reply, nullptr)->deleteLater();
  auto answer = std::make_shared<MetricsAnswer>();
  answer->at = engine::system_clock().now();
  answer->why = why;
  if (why.isEmpty()) {
    const std::string prefix = m_plan.prefix.toStdString();
    answer->page = models::readMetrics({m_body.constData(), static_cast<std::size_t>(m_body.size())},
                                       {prefix, models::kProcessStart},
                                       isOpen ? models::MetricsForm::openMetrics : models::MetricsForm::text);
    if (answer->page.isWhole)
      answer->scrape = models::scrapeOf(answer->page, prefix, answer->at);
    else
      answer->why = tr("the page was cut off");
  }
  m_body.clear();
  emit answered(answer);
}

/// Why this is no page of metrics; empty: it may be one.
QString MetricsFetcher::judge() const {
  const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
  if (status == 0 || m_reply->error() == QNetworkReply::InsecureRedirectError ||
      m_reply->error() == QNetworkReply::TooManyRedirectsError)
    return failureText();
  if (status == 401 || status == 403)
    return m_plan.authorization.isEmpty() ? tr("%1: it asks for a token or a password").arg(status)
                                          : tr("%1: the token or password is not accepted").arg(status);
  const QString reason = m_reply->attribute(QNetworkRequest::HttpReasonPhraseAttribute).toString().left(60);
  if (status < 200 || status > 299) return tr("the server answers %1 %2").arg(status).arg(reason).trimmed();
  if (m_reply->error() != QNetworkReply::NoError) return failureText();
  const QString type = m_reply->header(QNetworkRequest::ContentTypeHeader).toString();
  if (type.startsWith("text/html")) return tr("a web page, not metrics (%1)").arg(type.left(60));
  if (type.startsWith("application/json")) return tr("JSON, not metrics");
  return {};
}

QString MetricsFetcher::failureText() const {
  switch (m_reply->error()) {
    case QNetworkReply::ConnectionRefusedError: return tr("nobody listens there (connection refused)");
    case QNetworkReply::RemoteHostClosedError: return tr("the server closed the connection");
    case QNetworkReply::HostNotFoundError: return tr("there is no host with that name");
    case QNetworkReply::InsecureRedirectError:
    case QNetworkReply::TooManyRedirectsError:
      return tr("it redirects, which is not followed: enter the other address");
    default: break;
  }
  // Qt puts the address into its sentences; secrets in it must not appear in messages.
  QString text = m_reply->errorString();
  text.replace(m_plan.url.toString(), shownUrl(m_plan.url)).replace(m_reply->url().toString(), shownUrl(m_plan.url));
  return text;
}

}  // namespace metabatch::gui
