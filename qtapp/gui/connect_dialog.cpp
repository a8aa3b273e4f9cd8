// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/connect_dialog.hpp"

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

#include "metabatch/config.hpp"

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
  connect(m_drive, &QRadioButton::toggled, this, &ConnectDialog::check);
  check();
}

void ConnectDialog::makeForm() {
  m_profiles = new QComboBox;
  m_address = new QLineEdit;
  m_address->setObjectName("address");
  m_address->setPlaceholderText("postgres://user@host/database");
  m_address->setMinimumWidth(360);
  m_password = new QLineEdit;
  m_password->setEchoMode(QLineEdit::Password);
  m_password->setPlaceholderText(tr("empty: .pgpass, service file or PG* variables; never kept"));
  m_channel = new QLineEdit(QString::fromStdString(Config{}.channel));
  m_watch = new QRadioButton(tr("&Watch the channel, read-only"));
  m_watch->setObjectName("watch");
  m_watch->setChecked(true);
  m_drive = new QRadioButton(tr("&Drive a simulated fleet into it: registers rows, and updates them"));
  m_drive->setObjectName("drive");
  makeFleet();
  m_trouble = new QLabel;
  m_trouble->setWordWrap(true);
  auto* const form = new QFormLayout;
  form->addRow(tr("&Profile"), m_profiles);
  form->addRow(tr("&Address"), m_address);
  form->addRow(tr("Pass&word"), m_password);
  form->addRow(tr("C&hannel"), m_channel);
  form->addRow(m_watch);
  form->addRow(m_drive);
  form->addRow(m_fleet);
  addButtons(*form);
}

void ConnectDialog::makeFleet() {
  m_fleet = new QWidget;
  auto* const fleet = new QHBoxLayout(m_fleet);
  fleet->setContentsMargins(20, 0, 0, 0);
  const auto number = [&](const QString& label, int value, int most) {
    auto* const field = new QSpinBox;
    field->setRange(1, most);
    field->setValue(value);
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
  layout->addLayout(&form);
  layout->addWidget(m_trouble);
  layout->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(m_open, &QPushButton::clicked, this, &ConnectDialog::decide);
  connect(save, &QPushButton::clicked, this, &ConnectDialog::saveProfile);
}

std::variant<ConnectionWish, QString> ConnectDialog::read() const {
  ConnectionWish wish;
  const auto parsed = sql::PgAddress::parse(m_address->text().trimmed().toStdString());
  if (const auto* const wrong = std::get_if<std::string>(&parsed)) return QString::fromStdString(*wrong);
  wish.address = std::get<sql::PgAddress>(parsed);
  if (!m_password->text().isEmpty()) wish.address.set("password", m_password->text().toStdString());
  Config config;
  config.channel = m_channel->text().toStdString();
  if (const auto valid = validated(config); !valid) return QString::fromStdString(describe(valid.error(), config));
  wish.channel = m_channel->text();
  wish.isDriving = m_drive->isChecked();
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
}

void ConnectDialog::decide() {
  auto found = read();
  if (!std::holds_alternative<ConnectionWish>(found)) return;
  m_wish = std::get<ConnectionWish>(std::move(found));
  if (!m_wish->isDriving || isLocal(m_wish->address)) return emit wanted(*m_wish), accept();
  auto* const question = new QMessageBox(
      QMessageBox::Warning, tr("This is not your machine"),
      tr("Drive a simulated fleet into %1?\n\nIt registers %2 × %3 rows of invented agents in workspace_agent_metadata "
         "and updates them until you end the session. The rows stay.")
          .arg(QString::fromStdString(m_wish->address.shown()))
          .arg(m_wish->fleet.agents)
          .arg(m_wish->fleet.keys),
      QMessageBox::Cancel, this);
  question->setObjectName("confirm");
  question->setAttribute(Qt::WA_DeleteOnClose);
  QPushButton* const yes = question->addButton(tr("Write to it"), QMessageBox::DestructiveRole);
  yes->setObjectName("confirm-yes");
  question->setDefaultButton(QMessageBox::Cancel);
  connect(yes, &QPushButton::clicked, this, [this] {
    emit wanted(*m_wish);
    accept();
  });
  question->open();
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
  m_password->clear();
}

void ConnectDialog::saveProfile() {
  const auto found = read();
  const auto* const wish = std::get_if<ConnectionWish>(&found);
  if (wish == nullptr) return;
  const QString name = QString::fromStdString(wish->address.shown()).replace('/', '|');
  QSettings settings;
  settings.beginGroup("profiles/" + name);
  settings.setValue("address", withoutSecrets(wish->address));
  settings.setValue("channel", wish->channel);
  settings.endGroup();
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
