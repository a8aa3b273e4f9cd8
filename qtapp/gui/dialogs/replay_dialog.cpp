// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/replay_dialog.hpp"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

#include "gui/dialogs/connect_dialog.hpp"
#include "gui/files/file_dialogs.hpp"
#include "gui/panels/replay_bar.hpp"

namespace metabatch::gui {

ReplayDialog::ReplayDialog(QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Replay recorded updates"));
  makeForm();
  for (QLineEdit* const field : {m_file, m_address})
    connect(field, &QLineEdit::textChanged, this, &ReplayDialog::check);
  connect(m_postgres, &QRadioButton::toggled, this, &ReplayDialog::check);
  connect(m_open, &QPushButton::clicked, this, [this] {
    const auto found = read();
    if (!std::holds_alternative<ReplayRequest>(found)) return;
    accept();
    emit wanted(std::get<ReplayRequest>(found));
  });
  check();
}

void ReplayDialog::makeForm() {
  m_file = new QLineEdit;
  m_file->setObjectName("file");
  m_file->setMinimumWidth(360);
  m_file->setPlaceholderText(tr("NDJSON file or named pipe; - for standard input"));
  auto* const choose = new QPushButton(tr("&Browse …"));
  connect(choose, &QPushButton::clicked, this, &ReplayDialog::chooseFile);
  auto* const file = new QHBoxLayout;
  file->addWidget(m_file, 1);
  file->addWidget(choose);
  m_speed = new QComboBox;
  m_speed->setObjectName("speed");
  addSpeeds(*m_speed);
  makeTarget();
  m_problem = new QLabel;
  m_problem->setWordWrap(true);
  auto* const form = new QFormLayout;
  form->addRow(tr("&File"), file);
  static_cast<QLabel*>(form->labelForField(file))->setBuddy(m_file);
  form->addRow(tr("&Speed"), m_speed);
  form->addRow(m_embedded);
  form->addRow(m_postgres);
  form->addRow(tr("&Address"), m_address);
  form->addRow(tr("Pass&word"), m_password);
  form->addRow(QString(), m_registers);
  auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
  m_open = buttons->addButton(tr("&Replay"), QDialogButtonBox::AcceptRole);
  m_open->setObjectName("open");
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto* const layout = new QVBoxLayout(this);
  layout->addLayout(form);
  layout->addWidget(m_problem);
  layout->addWidget(buttons);
}

void ReplayDialog::makeTarget() {
  m_embedded = new QRadioButton(tr("Into an &embedded database in a temporary folder"));
  m_embedded->setChecked(true);
  m_postgres = new QRadioButton(tr("Into a &PostgreSQL database: updates the rows of the agents in the file"));
  m_postgres->setObjectName("postgres");
  m_address = new QLineEdit;
  m_address->setObjectName("address");
  m_address->setPlaceholderText("postgres://user@host/database");
  m_password = new QLineEdit;
  m_password->setEchoMode(QLineEdit::Password);
  m_password->setPlaceholderText(tr("empty: .pgpass, service file or PG* variables; never stored"));
  m_registers = new QCheckBox(tr("&Create missing rows"));
  m_registers->setObjectName("registers");
}

void ReplayDialog::chooseFile() {
  auto* const dialog =
      askWhatToOpen(this, tr("Replay"), tr("Recorded updates (*.ndjson *.jsonl *.json);;All files (*)"),
                    QFileInfo(m_file->text()).path());
  connect(dialog, &QFileDialog::fileSelected, m_file, &QLineEdit::setText);
}

std::variant<ReplayRequest, QString> ReplayDialog::read() const {
  ReplayRequest request;
  const QString file = m_file->text().trimmed();
  const QFileInfo found(file);
  if (file.isEmpty()) return QString();
  if (file != "-" && !found.exists()) return tr("There is no file with that name.");
  if (file != "-" && found.isDir()) return tr("That is a folder.");
  if (file != "-" && !found.isReadable()) return tr("That file may not be read.");
  request.plan.file = file;
  request.plan.speed = m_speed->currentData().toDouble();
  if (m_embedded->isChecked()) return request;
  const auto parsed = sql::PgAddress::parse(m_address->text().trimmed().toStdString());
  if (const auto* const wrong = std::get_if<std::string>(&parsed)) return QString::fromStdString(*wrong);
  sql::PgAddress address = std::get<sql::PgAddress>(parsed);
  if (!m_password->text().isEmpty()) address.set("password", m_password->text().toStdString());
  request.plan.registersMissing = m_registers->isChecked();
  request.database = sql::Database(std::move(address));
  return request;
}

void ReplayDialog::check() {
  const auto found = read();
  const auto* const wrong = std::get_if<QString>(&found);
  m_problem->setText(wrong != nullptr ? *wrong : QString());
  m_open->setEnabled(wrong == nullptr);
  for (QWidget* const field : std::initializer_list<QWidget*>{m_address, m_password, m_registers})
    field->setEnabled(m_postgres->isChecked());
}

std::variant<sql::Database, QString> databaseOf(const QString& text) {
  using Found = std::variant<sql::Database, QString>;
  constexpr std::in_place_type_t<sql::Database> kDatabase{};
  static const QLatin1String kFile("sqlite:");
  if (text.startsWith(kFile)) return Found(kDatabase, text.mid(kFile.size()).toStdString());
  auto parsed = sql::PgAddress::parse(text.toStdString());
  if (const auto* const wrong = std::get_if<std::string>(&parsed)) return QString::fromStdString(*wrong);
  return Found(kDatabase, std::get<sql::PgAddress>(std::move(parsed)));
}

bool isLocal(const sql::Database& database) {
  const sql::PgAddress* const address = database.postgres();
  return address == nullptr || isLocal(*address);
}

}  // namespace metabatch::gui
