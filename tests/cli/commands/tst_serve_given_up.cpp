// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <functional>
#include <memory>

#include "cli/program.hpp"
#include "cli/serving.hpp"
#include "service/client.hpp"
#include "service/rpc/rpc_client.hpp"

/// Reports that a client gave up while the service was stopped. The client may have sent the report
/// again, or a newer one, to another replica, so a late stamp would bring an old value back.
class TestServeGivenUp : public QObject {
  Q_OBJECT
 private slots:
  void anOldReportIsNotTaken_data();
  void anOldReportIsNotTaken();
  void aClientThatEndsOnlyItsOwnSideIsToldSo();
  void aClientThatStillWaitsIsServed();
};

namespace {

/// A service with one agent, on a file of its own.
struct Served {
  Program home;
  AddedAgent agent = AddedAgent::to(home.db());
  Serving serving{home.db()};
};

}  // namespace

/// Sends a report to a service that is stopped; the connection ends with the result.
using SendOld = std::function<std::shared_ptr<void>(const Serving&, const AddedAgent&)>;
Q_DECLARE_METATYPE(SendOld)

void TestServeGivenUp::anOldReportIsNotTaken_data() {
  QTest::addColumn<SendOld>("send");
  QTest::addColumn<QByteArray>("reason");
  QTest::newRow("HTTP") << SendOld([](const Serving& serving, const AddedAgent& agent) {
    const auto client = std::make_shared<Client>(serving.port());
    serving.freeze();
    client->send(agent.report("old"));
    return client;
  }) << QByteArray("The connection ended before the report was taken.");
  QTest::newRow("a whole body behind a header that was read")
      << SendOld([](const Serving& serving, const AddedAgent& agent) {
           const auto client = std::make_shared<Client>(serving.port());
           const std::string text = agent.report("old");
           const std::size_t body = text.find("\r\n\r\n") + 4;
           client->send(text.substr(0, body - 2) + "Expect: 100-continue\r\n\r\n");
           (void)client->until("100 Continue\r\n\r\n");
           serving.freeze();
           client->send(text.substr(body));
           return client;
         })
      << QByteArray("The connection ended before the report was taken.");
  QTest::newRow("RPC") << SendOld([](const Serving& serving, const AddedAgent& agent) {
    const auto client = std::make_shared<RpcClient>(serving.port(), agent.token);
    if (!client->is_open()) qFatal("no RPC connection");
    serving.freeze();
    client->send(open_call(1, rpc_report("cpu", "old")));
    return client;
  }) << QByteArray();
}

void TestServeGivenUp::anOldReportIsNotTaken() {
  QFETCH(const SendOld, send);
  QFETCH(const QByteArray, reason);
  Served served;
  auto& [home, agent, serving] = served;
  QVERIFY(serving.start({"--access-log", "1000", "--threads", "1"}));  // one thread: in the order of arrival
  send(serving, agent).reset();
  serving.thaw();
  if (!reason.isEmpty()) QVERIFY(serving.program().hasSaid(reason));
  Client client(serving.port());
  client.send(request("GET", "/metrics"));
  const Answered page = answer_from(client);
  QVERIFY(page.body.find("\ncoderd_agentapi_metadata_reports_total 0\n") != std::string::npos);
  QCOMPARE(serving.stop().status, 0);
  QCOMPARE(Rows(home.file()).of("SELECT value FROM workspace_agent_metadata"), QStringList{""});
}

void TestServeGivenUp::aClientThatEndsOnlyItsOwnSideIsToldSo() {
  Served served;
  auto& [home, agent, serving] = served;
  QVERIFY(serving.start());
  Client client(serving.port());
  serving.freeze();
  client.send(agent.report("old"));
  ::shutdown(client.descriptor(), SHUT_WR);
  serving.thaw();
  const Answered answered = answer_from(client);
  QCOMPARE(answered.status, 400);
  QVERIFY2(answered.body.find("Keep the connection open until the answer.") != std::string::npos,
           answered.body.c_str());
  QCOMPARE(serving.stop().status, 0);
}

void TestServeGivenUp::aClientThatStillWaitsIsServed() {
  Served served;
  auto& [home, agent, serving] = served;
  QVERIFY(serving.start());
  Client client(serving.port());
  serving.freeze();
  client.send(agent.report("late") + agent.report("later"));
  serving.thaw();
  QCOMPARE(answer_from(client).status, 204);
  QCOMPARE(answer_from(client).status, 204);
  QCOMPARE(serving.stop().status, 0);
  QCOMPARE(Rows(home.file()).of("SELECT value FROM workspace_agent_metadata"), QStringList{"later"});
}

QTEST_GUILESS_MAIN(TestServeGivenUp)
#include "tst_serve_given_up.moc"
