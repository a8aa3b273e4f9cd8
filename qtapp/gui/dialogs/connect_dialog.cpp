// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/connect_dialog.hpp"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QRadioButton>
#include <QRegularExpression>
#include <QSettings>
#include <QSpinBox>
#include <QVBoxLayout>

#include "gui/session/fleet_feeder.hpp"
#include "gui/dialogs/keychain.hpp"
#include "metabatch/config.hpp"
#include "models/words.hpp"

namespace metabatch::gui {

ConnectDialog::ConnectDialog(QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Connect to PostgreSQL"));
  makeForm();
  fillProfiles();
  connect(m_profiles, &QComboBox::activated, this, [this](int index) {
    if (index > 0) loadProfile(m_profiles->itemText(index));
  });
  for (QLineEdit* const field : {m_address, m_channel})
    connect(field, &QLineEdit::textChanged, this, &ConnectDialog::check);
  for (QSpinBox* const field : {m_agents, m_keys}) connect(field, &QSpinBox::valueChanged, this, &ConnectDialog::check);
  connect(m_drive, &QRadioButton::toggled, this, &ConnectDialog::check);
  check();
}

void ConnectDialog::makeForm() {
  m_profiles = new QComboBox;
  m_profiles->setObjectName("profiles");
  m_address = new QLineEdit;
  m_address->setObjectName("address");
  m_address->setPlaceholderText("postgres://user@host/database");
  m_address->setMinimumWidth(360);
  m_password = new QLineEdit;
  m_password->setObjectName("password");
  m_password->setEchoMode(QLineEdit::Password);
  m_password->setPlaceholderText(tr("empty: .pgpass, service file or PG* variables"));
  m_keep = new QCheckBox(tr("&Keep it in the desktop's keychain"));
  m_keep->setObjectName("keep");
  m_keep->setToolTip(tr("With Save profile; the password is kept there or nowhere"));
  m_keychain = new QLabel;
  m_keychain->setObjectName("keychain");
  m_keychain->setWordWrap(true);
  m_keychain->hide();
  m_channel = new QLineEdit(QString::fromStdString(Config{}.channel));
  makeChoices();
  m_trouble = new QLabel;
  m_trouble->setWordWrap(true);
  auto* const form = new QFormLayout;
  form->addRow(tr("&Profile"), m_profiles);
  form->addRow(tr("&Address"), m_address);
  form->addRow(tr("Pass&word"), m_password);
  form->addRow(QString(), m_keep);
  form->addRow(QString(), m_keychain);
  form->addRow(tr("C&hannel"), m_channel);
  form->addRow(m_watch);
  form->addRow(m_metricsOnly);
  form->addRow(tr("&Metrics"), m_metrics);
  form->addRow(m_drive);
  form->addRow(m_fleet);
  addButtons(*form);
}

void ConnectDialog::makeChoices() {
  m_watch = new QRadioButton(tr("&Watch the channel, read-only; with the address of its metrics, those too"));
  m_watch->setObjectName("watch");
  m_watch->setChecked(true);
  m_metricsOnly = new QRadioButton(tr("Watch the me&trics only (Prometheus): no database"));
  m_metricsOnly->setObjectName("metrics-only");
  m_metrics = new MetricsFields;
  m_drive = new QRadioButton(tr("&Drive a simulated fleet into it: registers rows, and updates them"));
  m_drive->setObjectName("drive");
  makeFleet();
  connect(m_metrics, &MetricsFields::changed, this, &ConnectDialog::check);
  connect(m_metricsOnly, &QRadioButton::toggled, this, &ConnectDialog::check);
}

void ConnectDialog::makeFleet() {
  m_fleet = new QWidget;
  auto* const fleet = new QHBoxLayout(m_fleet);
  fleet->setContentsMargins(20, 0, 0, 0);
  const auto number = [&](const QString& label, int value, int most) {
    auto* const field = new QSpinBox;
    field->setRange(1, most);
    field->setValue(value);
    field->setAccessibleName(label);
    fleet->addWidget(new QLabel(label));
    fleet->addWidget(field);
    return field;
  };
  m_agents = number(tr("agents"), 600, 100'000);
  m_keys = number(tr("keys each"), 15, 200);
  fleet->addStretch(1);
}

void ConnectDialog::addButtons(QFormLayout& form) {
  auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
  m_open = buttons->addButton(tr("&Open"), QDialogButtonBox::AcceptRole);
  m_open->setObjectName("open");
  QPushButton* const save = buttons->addButton(tr("&Save profile"), QDialogButtonBox::ActionRole);
  auto* const layout = new QVBoxLayout(this);
  save->setObjectName("save");
  layout->addLayout(&form);
  layout->addWidget(m_trouble);
  layout->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(m_open, &QPushButton::clicked, this, &ConnectDialog::decide);
  connect(save, &QPushButton::clicked, this, &ConnectDialog::saveProfile);
}

std::variant<ConnectionWish, QString> ConnectDialog::read() const {
  ConnectionWish wish;
  wish.isDriving = m_drive->isChecked();
  wish.isListening = m_watch->isChecked();
  if (!wish.isDriving) {
    auto metrics = m_metrics->read();
    if (const auto* const wrong = std::get_if<QString>(&metrics)) return *wrong;
    wish.metrics = std::get<std::optional<MetricsPlan>>(std::move(metrics));
    if (m_metricsOnly->isChecked() && !wish.metrics) return tr("The address of the metrics is missing.");
    if (m_metricsOnly->isChecked()) return wish;
  }
  const auto parsed = sql::PgAddress::parse(m_address->text().trimmed().toStdString());
  if (const auto* const wrong = std::get_if<std::string>(&parsed)) return QString::fromStdString(*wrong);
  wish.address = std::get<sql::PgAddress>(parsed);
  if (!m_password->text().isEmpty()) wish.address.set("password", m_password->text().toStdString());
  Config config;
  config.channel = m_channel->text().toStdString();
  if (const auto valid = validated(config); !valid) return QString::fromStdString(describe(valid.error(), config));
  wish.channel = m_channel->text();
  if (wish.isDriving && m_agents->value() * m_keys->value() > kMostFleetRows)
    return tr("agents × keys: at most %1").arg(models::withCommas(kMostFleetRows));
  wish.fleet.agents = static_cast<std::size_t>(m_agents->value());
  wish.fleet.keys = static_cast<std::size_t>(m_keys->value());
  return wish;
}

void ConnectDialog::check() {
  const auto found = read();
  const auto* const wrong = std::get_if<QString>(&found);
  m_trouble->setText(wrong != nullptr ? *wrong : QString());
  m_open->setEnabled(wrong == nullptr);
  m_fleet->setEnabled(m_drive->isChecked());
  m_metrics->setEnabled(!m_drive->isChecked());
  for (QLineEdit* const field : {m_address, m_password, m_channel}) field->setEnabled(!m_metricsOnly->isChecked());
}

void ConnectDialog::decide() {
  auto found = read();
  if (!std::holds_alternative<ConnectionWish>(found)) return;
  m_wish = std::get<ConnectionWish>(std::move(found));
  if (!m_wish->isDriving || isLocal(m_wish->address)) return emit wanted(*m_wish), accept();
  confirmWriting(
      this,
      tr("Drive a simulated fleet into %1?\n\nIt registers %2 × %3 rows of invented agents in workspace_agent_metadata "
         "and updates them until you end the session. The rows stay.")
          .arg(QString::fromStdString(m_wish->address.shown()))
          .arg(m_wish->fleet.agents)
          .arg(m_wish->fleet.keys),
      [this] {
        emit wanted(*m_wish);
        accept();
      });
}

void confirmWriting(QWidget* parent, const QString& question, std::function<void()> agreed) {
  auto* const box = new QMessageBox(QMessageBox::Warning, ConnectDialog::tr("This is not your machine"), question,
                                    QMessageBox::Cancel, parent);
  box->setObjectName("confirm");
  box->setAttribute(Qt::WA_DeleteOnClose);
  QPushButton* const yes = box->addButton(ConnectDialog::tr("Write to it"), QMessageBox::DestructiveRole);
  yes->setObjectName("confirm-yes");
  box->setDefaultButton(QMessageBox::Cancel);
  QObject::connect(yes, &QPushButton::clicked, parent, std::move(agreed));
  box->open();
}

void ConnectDialog::fillProfiles() {
  QSettings settings;
  settings.beginGroup("profiles");
  m_profiles->clear();
  m_profiles->addItem(tr("new"));
  m_profiles->addItems(settings.childGroups());
}

void ConnectDialog::loadProfile(const QString& name) {
  QSettings settings;
  settings.beginGroup("profiles/" + name);
  m_address->setText(settings.value("address").toString());
  m_channel->setText(settings.value("channel").toString());
  m_metrics->setUrl(settings.value("metrics").toString());
  m_password->clear();
  m_keychain->hide();
  m_keep->setChecked(settings.value("keychain").toBool());
  if (m_keep->isChecked()) findPassword(name);
}

void ConnectDialog::findPassword(const QString& profile) {
  Keychain::find(profile, this, [this, profile](const std::optional<QString>& password, const QString& trouble) {
    if (m_profiles->currentText() != profile || !m_password->text().isEmpty()) return;  // chosen or typed since
    if (password) return m_password->setText(*password);
    m_keychain->setText(trouble.isEmpty() ? tr("The keychain has no password for this profile.")
                                          : tr("No password: %1. Type it, or leave it to .pgpass.").arg(trouble));
    m_keychain->show();
  });
}

/// The profile says that the keychain has it only once it has.
void ConnectDialog::keepPassword(const QString& profile) {
  Keychain::keep(profile, m_password->text(), this, [this, profile](const QString& trouble) {
    m_keychain->setText(trouble.isEmpty()
                            ? tr("The keychain has the password.")
                            : tr("The password was not kept: %1. The rest of the profile was.").arg(trouble));
    m_keychain->show();
    m_keep->setChecked(trouble.isEmpty());
    if (trouble.isEmpty()) QSettings().setValue("profiles/" + profile + "/keychain", true);
  });
}

void ConnectDialog::saveProfile() {
  const auto found = read();
  const auto* const wish = std::get_if<ConnectionWish>(&found);
  if (wish == nullptr) return;
  const bool isOfMetrics = !wish->isDriving && !wish->isListening;
  const QString shown = isOfMetrics ? shownUrl(wish->metrics->url) : QString::fromStdString(wish->address.shown());
  const QString name = QString(shown).replace('/', '|');
  QSettings settings;
  settings.beginGroup("profiles/" + name);
  settings.setValue("address", withoutSecrets(wish->address));
  settings.setValue("channel", wish->channel);
  settings.setValue("metrics", m_metrics->keptUrl());
  const bool wasKept = settings.value("keychain").toBool();
  const bool isChanged = m_keep->isChecked() && !m_password->text().isEmpty();
  if (!m_keep->isChecked()) settings.remove("keychain");
  settings.endGroup();
  if (isChanged) keepPassword(name);
  if (wasKept && !m_keep->isChecked()) Keychain::forget(name, this, [](const QString&) {});
  fillProfiles();
  m_profiles->setCurrentText(name);
}

bool isLocal(const sql::PgAddress& address) {
  if (!address.value("service").empty() || qEnvironmentVariableIsSet("PGSERVICE")) return false;
  std::string hosts = address.value("hostaddr");
  if (hosts.empty()) hosts = address.value("host");
  if (hosts.empty()) hosts = qEnvironmentVariable("PGHOSTADDR", qEnvironmentVariable("PGHOST")).toStdString();
  if (hosts.empty()) return true;  // libpq's own default: the socket
  static const QRegularExpression loopback(QStringLiteral("^127\\.\\d+\\.\\d+\\.\\d+$"));  // not 127.example.org
  for (const QString& host : QString::fromStdString(hosts).split(','))
    if (!host.startsWith('/') && !host.startsWith('@') && host != "localhost" && host != "::1" &&
        !loopback.match(host).hasMatch() && !host.isEmpty())
      return false;
  return true;
}

QString withoutSecrets(const sql::PgAddress& address) {
  QStringList parts;
  for (const auto& [keyword, value] : address.values()) {
    if (keyword.find("password") != std::string::npos) continue;
    QString quoted = QString::fromStdString(value);
    quoted.replace('\\', "\\\\").replace('\'', "\\'");
    parts += QString::fromStdString(keyword) + "='" + quoted + "'";
  }
  return parts.join(' ');
}

}  // namespace metabatch::gui
