// SPDX-License-Identifier: Apache-2.0
// Three services behind nginx with a PostgreSQL primary and its standby and a NATS cluster, under
// agents and watchers. Each part is killed and stopped in turn. `./dev soak cluster` also cuts them
// off from each other, where it may have network namespaces.
#include "service/replicas/trial.hpp"

using namespace metabatch::test;

class TestPgReplicas : public QObject {
  Q_OBJECT
 public:
  explicit TestPgReplicas(Network* network) : network_(network) {}

 private slots:
  void everyPartIsKilledAndStoppedInTurn() {
    Trial trial(network_);
    Faults all = trial.kills_and_stops();
    if (network_ != nullptr)
      for (Fault& one : trial.partitions()) all.push_back(std::move(one));
    const QByteArray wrong = trial.run(std::move(all));
    QVERIFY2(wrong.isEmpty(), wrong);
  }

 private:
  Network* const network_;
};

int main(int argc, char* argv[]) {
  std::string why_not;
  const bool is_soak = soak().count() > 0;
  const std::unique_ptr<Network> network = is_soak ? Network::make(why_not) : nullptr;
  if (is_soak && !network) qWarning("only kills and stops, no partitions: %s", why_not.c_str());
  const QCoreApplication application(argc, argv);
  TestPgReplicas test(network.get());
  return QTest::qExec(&test, argc, argv);
}
#include "tst_pg_replicas.moc"
