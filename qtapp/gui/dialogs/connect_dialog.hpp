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

/// What the operator requested for a PostgreSQL database.
struct ConnectionRequest {
  sql::PgAddress address;
  ValidConfig config;       ///< its channel is listened to, or notified
  bool isDriving = false;   ///< else only watch
  bool isListening = true;  ///< else only the metrics are watched, without a database
  std::optional<MetricsPlan> metrics{};
  Fleet fleet;
};

/// Asks for the address of a PostgreSQL database and what to do there. The default is to watch;
/// driving a database that is not on this machine has to be confirmed. Profiles have names and
/// store everything except secrets. A password is stored only on request, and only in the desktop's
/// keychain.
class ConnectDialog : public QDialog {
  Q_OBJECT

 public:
  explicit ConnectDialog(QWidget* parent = nullptr);
  /// Valid only after the dialog was accepted.
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
  QLabel* m_keychain;  // what the keychain returned
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
  int m_tests = 0;  // only the answer to the newest one is shown
};

/// Asks before anything is written to a database that is not local; calls `agreed` if the operator
/// agrees.
void confirmWriting(QWidget* parent, const QString& question, std::function<void()> agreed);
/// Whether the address certainly names this machine: a socket folder, localhost or a loopback
/// number. A service does not count, because its host is unknown here. Without a host, PGHOST
/// counts.
bool isLocal(const sql::PgAddress& address);
/// The address as keywords, without a password or any other secret.
QString withoutSecrets(const sql::PgAddress& address);

}  // namespace metabatch::gui
