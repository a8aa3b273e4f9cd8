// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/panels/metrics_fields.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHostAddress>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QVBoxLayout>

#include "models/metrics/metrics_address.hpp"

namespace metabatch::gui {
namespace {

enum Kind { None, Bearer, Basic };

bool isThisMachine(const QString& host) { return host == "localhost" || QHostAddress(host).isLoopback(); }

}  // namespace

MetricsFields::MetricsFields(QWidget* parent)
    : QWidget(parent),
      m_url(new QLineEdit),
      m_every(new QSpinBox),
      m_kind(new QComboBox),
      m_user(new QLineEdit),
      m_secret(new QLineEdit),
      m_prefix(new QLineEdit(MetricsPlan().prefix)),
      m_note(new QLabel) {
  m_url->setObjectName("metrics-url");
  m_url->setPlaceholderText("127.0.0.1:7280");
  m_url->setAccessibleName(tr("Address of the metrics"));
  m_every->setRange(1, 300);
  m_every->setValue(5);
  m_every->setPrefix(tr("every "));
  m_every->setSuffix(" s");
  m_every->setObjectName("metrics-every");
  m_every->setAccessibleName(tr("Seconds between two scrapes"));
  m_kind->addItems({tr("no password"), tr("bearer token"), tr("user and password")});
  m_kind->setObjectName("metrics-kind");
  m_kind->setAccessibleName(tr("Credentials for the metrics"));
  m_user->setPlaceholderText(tr("user"));
  m_user->setObjectName("metrics-user");
  m_user->setAccessibleName(tr("user"));
  m_secret->setEchoMode(QLineEdit::Password);
  m_secret->setObjectName("metrics-secret");
  m_secret->setAccessibleName(tr("Token or password"));
  m_prefix->setObjectName("metrics-prefix");
  m_prefix->setToolTip(tr("Prefix of the names of the metrics"));
  m_prefix->setAccessibleName(tr("Prefix of the metrics"));
  m_note->setWordWrap(true);
  arrange();
  for (QLineEdit* const field : {m_url, m_user, m_secret, m_prefix})
    connect(field, &QLineEdit::textChanged, this, &MetricsFields::refresh);
  connect(m_kind, &QComboBox::currentIndexChanged, this, &MetricsFields::refresh);
  refresh();
}

void MetricsFields::arrange() {
  auto* const where = new QHBoxLayout;
  where->addWidget(m_url, 1);
  where->addWidget(m_every);
  auto* const who = new QHBoxLayout;
  for (QWidget* const field : std::initializer_list<QWidget*>{m_kind, m_user, m_secret, m_prefix})
    who->addWidget(field);
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addLayout(where);
  layout->addLayout(who);
  layout->addWidget(m_note);
}

void MetricsFields::refresh() {
  const int kind = m_kind->currentIndex();
  m_user->setVisible(kind == Basic);
  m_secret->setVisible(kind != None);
  m_secret->setPlaceholderText(kind == Bearer ? tr("token; never stored") : tr("password; never stored"));
  const QUrl url = models::metricsUrl(m_url->text());
  const bool isOpen = url.scheme() == "http" && !isThisMachine(url.host()) && !authorization(url).isEmpty();
  m_note->setText(isOpen ? tr("Over http others can read the password: use https if possible.") : QString());
  m_note->setVisible(isOpen);
  emit changed();
}

QByteArray MetricsFields::authorization(const QUrl& url) const {
  const auto basic = [](const QString& user, const QString& password) {
    return "Basic " + (user + ':' + password).toUtf8().toBase64();
  };
  if (m_kind->currentIndex() == Bearer && !m_secret->text().isEmpty()) return "Bearer " + m_secret->text().toUtf8();
  if (m_kind->currentIndex() == Basic) return basic(m_user->text(), m_secret->text());
  if (!url.userInfo().isEmpty()) return basic(url.userName(QUrl::FullyDecoded), url.password(QUrl::FullyDecoded));
  return {};
}

std::variant<std::optional<MetricsPlan>, QString> MetricsFields::read() const {
  if (m_url->text().trimmed().isEmpty()) return std::optional<MetricsPlan>();
  const QUrl url = models::metricsUrl(m_url->text());
  if (const QString wrong = wrongWithUrl(url); !wrong.isEmpty()) return wrong;
  MetricsPlan plan;
  plan.authorization = authorization(url);
  if (plan.authorization.contains('\n') || plan.authorization.contains('\r')) return tr("A token has no line ends.");
  plan.url = url.adjusted(QUrl::RemoveUserInfo | QUrl::RemoveFragment);
  plan.every = std::chrono::seconds(m_every->value());
  plan.prefix = m_prefix->text().trimmed();
  if (!is_metric_prefix(plan.prefix.toStdString())) return tr("Names of metrics cannot begin with this prefix.");
  return std::optional(plan);
}

QString MetricsFields::keptUrl() const {
  return models::metricsUrl(m_url->text())
      .adjusted(QUrl::RemoveUserInfo | QUrl::RemoveQuery | QUrl::RemoveFragment)
      .toString();
}

void MetricsFields::setUrl(const QString& url) {
  m_url->setText(url);
  m_secret->clear();
}

}  // namespace metabatch::gui
