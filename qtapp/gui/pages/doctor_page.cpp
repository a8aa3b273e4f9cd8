// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/doctor_page.hpp"

#include <QClipboard>
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QTableView>
#include <QTime>

#include "gui/window/tables.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

using Verdict = sql::PgFinding::Verdict;

models::Severity severityOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::good: return models::Severity::good;
    case Verdict::notice: return models::Severity::notice;
    case Verdict::loses_data: return models::Severity::alarm;
  }
  return models::Severity::good;
}

}  // namespace

DoctorPage::DoctorPage(QWidget* parent) : QWidget(parent), m_worker(new QObject), m_summary(new QLabel) {
  m_worker->moveToThread(&m_thread);
  connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
  m_thread.setObjectName("doctor");
  m_thread.start();
  m_summary->setWordWrap(true);
  m_summary->setAccessibleName(tr("Report of the doctor"));
  m_again = new QPushButton(tr("E&xamine again"));
  m_again->setObjectName("doctor-again");
  m_again->setToolTip(tr("Examine the database again; changes nothing (F5)"));
  m_copy = new QPushButton(tr("&Copy as text"));
  m_copy->setObjectName("doctor-copy");
  m_table = makeTable(m_findings, tr("Findings of the doctor"));
  m_table->setItemDelegate(new ProblemDelegate(models::DoctorFindings::IsProblem, m_table));
  m_table->setWordWrap(true);
  m_table->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  m_table->horizontalHeader()->setSectionResizeMode(models::DoctorFindings::Text, QHeaderView::Stretch);
  m_table->horizontalHeader()->setSectionResizeMode(models::DoctorFindings::Cure, QHeaderView::Stretch);
  setWidths(*m_table, {90, 100});
  auto* const top = new QHBoxLayout;
  top->addWidget(m_summary, 1);
  top->addWidget(m_copy);
  top->addWidget(m_again);
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  layout->addLayout(top);
  layout->addWidget(m_table, 1);
  connect(m_again, &QPushButton::clicked, this, &DoctorPage::examine);
  connect(m_copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_findings.asText()); });
  auto* const key = new QShortcut(Qt::Key_F5, this);  // a shortcut of the window while the page is visible
  connect(key, &QShortcut::activated, this, &DoctorPage::examine);
  setDatabase(std::nullopt);
}

DoctorPage::~DoctorPage() {
  end();
  m_thread.quit();
  m_thread.wait();
}

void DoctorPage::Running::cancel() {
  const std::lock_guard lock(mutex);
  isCancelled = true;
  if (examination != nullptr) examination->cancel();
}

void DoctorPage::end() {
  if (m_running) m_running->cancel();
  m_running.reset();
}

void DoctorPage::setDatabase(const std::optional<sql::Database>& database) {
  end();
  ++m_generation;
  m_database = database;
  m_isOutdated = true;
  m_findings.show({});
  m_summary->setText(tr("No database is open."));
  m_again->setEnabled(database.has_value());
  m_copy->setEnabled(false);
  if (isVisible()) examine();
}

void DoctorPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (m_isOutdated) examine();
}

void DoctorPage::examine() {
  if (!m_database || m_running) return;
  m_isOutdated = false;
  m_again->setEnabled(false);
  m_summary->setText(tr("Examining %1 …").arg(QString::fromStdString(m_database->shown())));
  m_running = std::make_shared<Running>();
  QMetaObject::invokeMethod(m_worker, [this, running = m_running, database = *m_database, generation = m_generation] {
    QElapsedTimer timer;
    timer.start();
    Findings findings =
        database.postgres() != nullptr ? examineServer(*database.postgres(), *running) : examineFile(database);
    QMetaObject::invokeMethod(this, [this, generation, found = std::move(findings), took = timer.elapsed()]() mutable {
      showFindings(generation, std::move(found), took);
    });
  });
}

DoctorPage::Findings DoctorPage::examineServer(const sql::PgAddress& address, Running& running) {
  sql::PgExamination examination(address);
  {
    const std::lock_guard lock(running.mutex);
    if (running.isCancelled) return {};
    running.examination = &examination;
  }
  Findings findings;
  for (const sql::PgFinding& one : examination.run())
    findings.push_back({severityOf(one.verdict), QString::fromStdString(one.subject), QString::fromStdString(one.text),
                        QString::fromStdString(one.cure)});
  const std::lock_guard lock(running.mutex);
  running.examination = nullptr;
  return findings;
}

/// A file has few possible problems.
DoctorPage::Findings DoctorPage::examineFile(const sql::Database& database) {
  const auto wrong = database.check();
  if (wrong)
    return {{models::Severity::alarm, "file", QString::fromStdString(wrong->message),
             tr("make the file and its folder writable, or end the program that locks it")}};
  return {{models::Severity::good,
           "file",
           tr("%1 can be read and written").arg(QString::fromStdString(database.shown())),
           {}},
          {models::Severity::notice, "embedded", tr("an embedded database, for one program on one machine"),
           tr("for production connect to PostgreSQL: the doctor then checks the server, the table, privileges, clocks "
              "and the notification queue")}};
}

void DoctorPage::showFindings(quint64 generation, Findings findings, qint64 milliseconds) {
  if (generation != m_generation) return;
  m_running.reset();
  m_again->setEnabled(true);
  m_copy->setEnabled(!findings.empty());
  m_findings.show(std::move(findings));
  m_summary->setText(tr("Examined %1 at %2 in %3: %4.")
                         .arg(QString::fromStdString(m_database->shown()), QTime::currentTime().toString("hh:mm:ss"),
                              models::secondsText(static_cast<double>(milliseconds) / 1e3), m_findings.summary()));
  emit examined();
}

QString DoctorPage::summary() const { return m_summary->text(); }

}  // namespace metabatch::gui
