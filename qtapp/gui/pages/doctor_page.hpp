// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThread>
#include <QWidget>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "models/logs/doctor_findings.hpp"
#include "sql/database_address.hpp"
#include "sql/postgres/pg_doctor.hpp"

class QLabel;
class QPushButton;
class QTableView;

namespace metabatch::gui {

/// The findings of `metabatch doctor` for the database in use. A thread of its own examines it when
/// the page first becomes visible, and on request. Leaving does not wait for a silent server.
class DoctorPage : public QWidget {
  Q_OBJECT

 public:
  explicit DoctorPage(QWidget* parent = nullptr);
  ~DoctorPage() override;

  /// Sets the database to examine; nullopt: none.
  void setDatabase(const std::optional<sql::Database>& database);
  void examine();
  [[nodiscard]] const models::DoctorFindings& findings() const { return m_findings; }
  [[nodiscard]] QString summary() const;

 signals:
  void examined();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  using Findings = std::vector<models::DoctorFinding>;
  /// A running examination that can be cancelled from the other thread.
  struct Running {
    std::mutex mutex;
    bool isCancelled = false;                   // mutex
    sql::PgExamination* examination = nullptr;  // mutex
    void cancel();
  };
  static Findings examineServer(const sql::PgAddress& address, Running& running);
  static Findings examineFile(const sql::Database& database);
  void showFindings(quint64 generation, Findings findings, qint64 milliseconds);
  void end();

  models::DoctorFindings m_findings;
  QThread m_thread;
  QObject* m_worker;  // lives in m_thread
  std::shared_ptr<Running> m_running;
  std::optional<sql::Database> m_database;
  quint64 m_generation = 0;
  bool m_isOutdated = true;
  QLabel* m_summary;
  QPushButton* m_again;
  QPushButton* m_copy;
  QTableView* m_table;
};

}  // namespace metabatch::gui
