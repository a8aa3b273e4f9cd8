// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <optional>
#include <variant>

#include "gui/recordings/replay_feeder.hpp"
#include "sql/database_address.hpp"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;

namespace metabatch::gui {

/// What to replay, and into which database.
struct ReplayRequest {
  ReplayPlan plan;
  std::optional<sql::Database> database;  ///< none: an embedded one in a temporary folder
};

/// Asks which file or pipe to replay, how fast, and into which database. The request still has to
/// be confirmed when the database is not local.
class ReplayDialog : public QDialog {
  Q_OBJECT

 public:
  explicit ReplayDialog(QWidget* parent = nullptr);

 signals:
  void wanted(const metabatch::gui::ReplayRequest& request);

 private:
  void makeForm();
  void makeTarget();
  void chooseFile();
  void check();
  [[nodiscard]] std::variant<ReplayRequest, QString> read() const;

  QLineEdit* m_file;
  QComboBox* m_speed;
  QRadioButton* m_embedded;
  QRadioButton* m_postgres;
  QLineEdit* m_address;
  QLineEdit* m_password;
  QCheckBox* m_registers;
  QLabel* m_problem;
  QPushButton* m_open;
};

/// The database that `--db` names: `sqlite:PATH`, or an address for libpq; or what is wrong with
/// the text.
std::variant<sql::Database, QString> databaseOf(const QString& text);
/// Whether the database is local, so that it may be written without a question.
bool isLocal(const sql::Database& database);

}  // namespace metabatch::gui
