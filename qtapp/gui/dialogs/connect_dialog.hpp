// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <functional>
#include <optional>
#include <variant>

#include "gui/panels/metrics_fields.hpp"
#include "gui/recordings/recent_list.hpp"
#include "metabatch/simulation/fleet.hpp"
#include "sql/postgres/connection/pg_address.hpp"

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;
class QSpinBox;

namespace metabatch::gui {

/// What the operator wants of a PostgreSQL.
struct ConnectionRequest {
  sql::PgAddress address;
  QString channel;
  bool isDriving = false;   ///< else only watching
  bool isListening = true;  ///< else only the metrics are watched, and there is no database
  std::optional<MetricsPlan> metrics{};
  Fleet fleet;
};

/// Asks for the address of a PostgreSQL and what to do there. Watching is what it proposes; driving one that is not on this
/// machine has to be confirmed. Profiles have names and keep everything but secrets; a password goes into the
/// desktop's keychain when that is asked for, and nowhere else.
class ConnectDialog : public QDialog {
  Q_OBJECT

 public:
  explicit ConnectDialog(QWidget* parent = nullptr);
  /// Only after it was accepted.
  [[nodiscard]] const ConnectionRequest& request() const { return *m_request; }

 signals:
  void wanted(const metabatch::gui::ConnectionRequest& request);

 private:
  void makeForm();
  void makeAddress();
  void makeFleet();
  void makeChoices();
  void addButtons(QFormLayout& form);
  void addProfileButtons(QFormLayout& form);
  void fillProfiles();
  void renameProfile();
  void deleteProfile();
  void test();
  void showProblem(const QString& text);
  void loadProfile(const QString& name);
  void saveProfile();
  void keepPassword(const QString& profile);
  void findPassword(const QString& profile);
  void check();
  void decide();
  [[nodiscard]] std::variant<ConnectionRequest, QString> read() const;

  std::optional<ConnectionRequest> m_request;
  QComboBox* m_profiles;
  QLineEdit* m_address;
  QLineEdit* m_password;
  QCheckBox* m_keep;
  QLabel* m_keychain;  // what the keychain said
  QLineEdit* m_channel;
  QRadioButton* m_watch;
  QRadioButton* m_metricsOnly;
  QRadioButton* m_drive;
  MetricsFields* m_metrics;
  QWidget* m_fleet;
  QSpinBox* m_agents;
  QSpinBox* m_keys;
  QLabel* m_problem;
  QPushButton* m_open;
  QPushButton* m_test;
  QPushButton* m_rename;
  QPushButton* m_delete;
  RecentList m_recent{"addresses"};
  int m_tests = 0;  // only the newest one is shown
};

/// Asks before anything is written to a database that is not local; `agreed` follows, or nothing.
void confirmWriting(QWidget* parent, const QString& question, std::function<void()> agreed);
/// Whether the address names this machine for sure: a socket folder, localhost or a loopback number, and no service, whose
/// host is not known here. Without a host PGHOST counts.
bool isLocal(const sql::PgAddress& address);
/// The address as keywords, without a password or any other secret.
QString withoutSecrets(const sql::PgAddress& address);

}  // namespace metabatch::gui
