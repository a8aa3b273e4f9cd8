// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/connect_dialog.hpp"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QRadioButton>
#include <QRegularExpression>
#include <QSettings>
#include <QSpinBox>
#include <QThread>
#include <QVBoxLayout>

#include "gui/dialogs/keychain.hpp"
#include "gui/panels/field_guard.hpp"
#include "gui/session/fleet_feeder.hpp"
#include "metabatch/config.hpp"
#include "models/words.hpp"
#include "sql/database_address.hpp"

namespace metabatch::gui {

ConnectDialog::ConnectDialog(QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Connect to PostgreSQL"));
  makeForm();
  fillProfiles();
  connect(m_profiles, &QComboBox::activated, this, [this](int index) {
    if (index > 0) loadProfile(m_profiles->itemText(index));
  });
  connect(m_profiles, &QComboBox::currentIndexChanged, this, &ConnectDialog::check);
  for (QLineEdit* const field : {m_address, m_channel})
    connect(field, &QLineEdit::textChanged, this, &ConnectDialog::check);
  for (QSpinBox* const field : {m_agents, m_keys}) connect(field, &QSpinBox::valueChanged, this, &ConnectDialog::check);
  connect(m_drive, &QRadioButton::toggled, this, &ConnectDialog::check);
  guardFields(*this);
  m_address->setFocus();
  check();
}

void ConnectDialog::makeForm() {
  m_profiles = new QComboBox;
  m_profiles->setObjectName("profiles");
  makeAddress();
  m_password = new QLineEdit;
  m_password->setObjectName("password");
  m_password->setEchoMode(QLineEdit::Password);
  m_password->setPlaceholderText(tr("empty: .pgpass, service file or PG* variables"));
  m_keep = new QCheckBox(tr("&Keep it in the desktop's keychain"));
  m_keep->setObjectName("keep");
  m_keep->setToolTip(tr("Used by Save profile; the password is stored only there"));
  m_keychain = new QLabel;
  m_keychain->setObjectName("keychain");
  m_keychain->setWordWrap(true);
  m_keychain->setTextFormat(Qt::PlainText);
  m_keychain->hide();
  m_channel = new QLineEdit(QString::fromStdString(Config{}.channel));
  makeChoices();
  m_problem = new QLabel;
  m_problem->setWordWrap(true);
  m_problem->setTextFormat(Qt::PlainText);
  m_problem->setMinimumHeight(3 * m_problem->fontMetrics().height());  // an error does not move the layout
  m_problem->setAlignment(Qt::AlignTop);
  m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* const form = new QFormLayout;
  addProfileButtons(*form);
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

void ConnectDialog::makeAddress() {
  m_address = new QLineEdit;
  m_address->setObjectName("address");
  m_address->setPlaceholderText("postgres://user@host/database");
  m_address->setMinimumWidth(360);
  auto* const recent = new QCompleter(m_recent.names(), m_address);
  recent->setFilterMode(Qt::MatchContains);
  recent->setCaseSensitivity(Qt::CaseInsensitive);
  m_address->setCompleter(recent);
}

void ConnectDialog::addProfileButtons(QFormLayout& form) {
  m_rename = new QPushButton(tr("&Rename …"));
  m_rename->setObjectName("profile-rename");
  m_delete = new QPushButton(tr("De&lete"));
  m_delete->setObjectName("profile-delete");
  auto* const row = new QHBoxLayout;
  row->addWidget(m_profiles, 1);
  row->addWidget(m_rename);
  row->addWidget(m_delete);
  form.addRow(tr("&Profile"), row);
  connect(m_rename, &QPushButton::clicked, this, &ConnectDialog::renameProfile);
  connect(m_delete, &QPushButton::clicked, this, &ConnectDialog::deleteProfile);
}

void ConnectDialog::renameProfile() {
  const QString name = m_profiles->currentText();
  auto* const dialog = new QInputDialog(this);
  dialog->setObjectName("profile-name");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setLabelText(tr("Name of the profile"));
  dialog->setTextValue(name);
  connect(dialog, &QInputDialog::textValueSelected, this, [this, name](const QString& text) {
    const QString chosen = QString(text).replace('/', '|').trimmed();
    QSettings settings;
    if (chosen.isEmpty() || chosen == name || settings.contains("profiles/" + chosen + "/address")) return;
    settings.beginGroup("profiles");
    for (const char* const key : {"address", "channel", "metrics"})
      settings.setValue(chosen + '/' + key, settings.value(name + '/' + key));
    settings.remove(name);  // its password stays in the keychain, under the old name
    settings.endGroup();
    Keychain::forget(name, this, [](const QString&) {});
    fillProfiles();
    m_profiles->setCurrentText(chosen);
    check();
  });
  dialog->open();
}

void ConnectDialog::deleteProfile() {
  const QString name = m_profiles->currentText();
  QSettings().remove("profiles/" + name);
  Keychain::forget(name, this, [](const QString&) {});
  fillProfiles();
  check();
}

/// Connects on a thread of its own and changes nothing. Closing the dialog does not wait for it.
void ConnectDialog::test() {
  const auto found = read();
  const auto* const request = std::get_if<ConnectionRequest>(&found);
  if (request == nullptr || m_metricsOnly->isChecked()) return;
  showProblem(tr("Connecting to %1 …").arg(QString::fromStdString(request->address.shown())));
  auto* const thread = QThread::create([this, address = request->address, number = ++m_tests, alive = QPointer(this)] {
    const auto failed = sql::Database(address).check();
    const QString text =
        failed ? QString::fromStdString(failed->message) : tr("✔ The database answers, and can be used.");
    QMetaObject::invokeMethod(qApp, [this, alive, number, text] {
      if (alive && number == m_tests) showProblem(text);
    });
  });
  connect(thread, &QThread::finished, thread, &QObject::deleteLater);
  thread->start();
}

/// When it has no text, the label still has an accessible name.
void ConnectDialog::showProblem(const QString& text) {
  m_problem->setText(text);
  m_problem->setAccessibleName(text.isEmpty() ? tr("Problem") : QString());
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
  m_test = buttons->addButton(tr("&Test"), QDialogButtonBox::ActionRole);
  m_test->setObjectName("test");
  m_test->setToolTip(tr("Connect to the database; changes nothing"));
  connect(m_test, &QPushButton::clicked, this, &ConnectDialog::test);
  QPushButton* const save = buttons->addButton(tr("&Save profile"), QDialogButtonBox::ActionRole);
  auto* const layout = new QVBoxLayout(this);
  save->setObjectName("save");
  layout->addLayout(&form);
  layout->addWidget(m_problem);
  layout->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(m_open, &QPushButton::clicked, this, &ConnectDialog::decide);
  connect(save, &QPushButton::clicked, this, &ConnectDialog::saveProfile);
}

std::variant<ConnectionRequest, QString> ConnectDialog::read() const {
  ConnectionRequest request;
  request.isDriving = m_drive->isChecked();
  request.isListening = m_watch->isChecked();
  if (!request.isDriving) {
    auto metrics = m_metrics->read();
    if (const auto* const wrong = std::get_if<QString>(&metrics)) return *wrong;
    request.metrics = std::get<std::optional<MetricsPlan>>(std::move(metrics));
    if (m_metricsOnly->isChecked() && !request.metrics) return tr("The address of the metrics is missing.");
    if (m_metricsOnly->isChecked()) return request;
  }
  const auto parsed = sql::PgAddress::parse(m_address->text().trimmed().toStdString());
  if (const auto* const wrong = std::get_if<std::string>(&parsed)) return QString::fromStdString(*wrong);
  request.address = std::get<sql::PgAddress>(parsed);
  if (!m_password->text().isEmpty()) request.address.set("password", m_password->text().toStdString());
  Config config;
  config.channel = m_channel->text().toStdString();
  const Result<ValidConfig> valid = validated(config);
  if (!valid) return QString::fromStdString(describe(valid.error(), config));
  request.config = *valid;
  if (request.isDriving && m_agents->value() * m_keys->value() > kMostFleetRows)
    return tr("agents × keys: at most %1").arg(models::withCommas(kMostFleetRows));
  request.fleet.agents = m_agents->value();
  request.fleet.keys = m_keys->value();
  return request;
}

void ConnectDialog::check() {
  const auto found = read();
  const auto* const wrong = std::get_if<QString>(&found);
  showProblem(wrong != nullptr ? *wrong : QString());
  m_open->setEnabled(wrong == nullptr);
  m_test->setEnabled(wrong == nullptr && !m_metricsOnly->isChecked());
  const bool isProfile = m_profiles->currentIndex() > 0;
  m_rename->setEnabled(isProfile);
  m_delete->setEnabled(isProfile);
  m_fleet->setEnabled(m_drive->isChecked());
  m_metrics->setEnabled(!m_drive->isChecked());
  for (QLineEdit* const field : {m_address, m_password, m_channel}) field->setEnabled(!m_metricsOnly->isChecked());
}

void ConnectDialog::decide() {
  auto found = read();
  if (!std::holds_alternative<ConnectionRequest>(found)) return;
  m_request = std::get<ConnectionRequest>(std::move(found));
  if (!m_metricsOnly->isChecked()) m_recent.add(withoutSecrets(m_request->address));
  if (!m_request->isDriving || isLocal(m_request->address)) return emit wanted(*m_request), accept();
  confirmWriting(
      this,
      tr("Drive a simulated fleet into %1?\n\nIt registers %2 × %3 rows of invented agents in workspace_agent_metadata "
         "and updates them until you end the session. The rows stay.")
          .arg(QString::fromStdString(m_request->address.shown()))
          .arg(m_request->fleet.agents)
          .arg(m_request->fleet.keys),
      [this] {
        emit wanted(*m_request);
        accept();
      });
}

void confirmWriting(QWidget* parent, const QString& question, std::function<void()> agreed) {
  auto* const box = new QMessageBox(QMessageBox::Warning, ConnectDialog::tr("The database is not on this machine"),
                                    question, QMessageBox::Cancel, parent);
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
  Keychain::find(profile, this, [this, profile](const std::optional<QString>& password, const QString& problem) {
    if (m_profiles->currentText() != profile || !m_password->text().isEmpty()) return;  // changed meanwhile
    if (password) return m_password->setText(*password);
    m_keychain->setText(problem.isEmpty() ? tr("The keychain has no password for this profile.")
                                          : tr("No password: %1. Type it, or leave it to .pgpass.").arg(problem));
    m_keychain->show();
  });
}

/// The profile records a password in the keychain only when the keychain has stored it.
void ConnectDialog::keepPassword(const QString& profile) {
  Keychain::keep(profile, m_password->text(), this, [this, profile](const QString& problem) {
    m_keychain->setText(problem.isEmpty()
                            ? tr("The keychain has the password.")
                            : tr("The password was not stored: %1. The profile itself was saved.").arg(problem));
    m_keychain->show();
    m_keep->setChecked(problem.isEmpty());
    if (problem.isEmpty()) QSettings().setValue("profiles/" + profile + "/keychain", true);
  });
}

void ConnectDialog::saveProfile() {
  const auto found = read();
  const auto* const request = std::get_if<ConnectionRequest>(&found);
  if (request == nullptr) return;
  const bool isOfMetrics = !request->isDriving && !request->isListening;
  const QString shown =
      isOfMetrics ? shownUrl(request->metrics->url) : QString::fromStdString(request->address.shown());
  const QString name = QString(shown).replace('/', '|');
  QSettings settings;
  settings.beginGroup("profiles/" + name);
  settings.setValue("address", withoutSecrets(request->address));
  settings.setValue("channel", isOfMetrics ? QString() : QString::fromStdString(request->config->channel));
  settings.setValue("metrics", m_metrics->keptUrl());
  const bool wasKept = settings.value("keychain").toBool();
  const bool isChanged = m_keep->isChecked() && !m_password->text().isEmpty();
  if (!m_keep->isChecked()) settings.remove("keychain");
  settings.endGroup();
  settings.sync();
  if (settings.status() != QSettings::NoError) {
    m_keychain->setText(tr("The profile cannot be saved: %1 cannot be written.").arg(settings.fileName()));
    m_keychain->show();
    return;
  }
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
