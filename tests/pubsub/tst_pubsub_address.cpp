// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pubsub/pubsub_address.hpp"

using namespace metabatch::pubsub;

class TestPubsubAddress : public QObject {
  Q_OBJECT

 private slots:
  void addressesAreRead_data();
  void addressesAreRead();
  void unusableAddressesAreRefusedWithoutTheirSecrets_data();
  void unusableAddressesAreRefusedWithoutTheirSecrets();
  void aChannelBecomesASubject();
  void subjectsThatCannotBePublishedToAreRefused();
};

void TestPubsubAddress::addressesAreRead_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<bool>("database");
  QTest::addColumn<QString>("servers");
  QTest::addColumn<QString>("shown");
  const auto row = [](const char* text, bool database, const char* servers, const char* shown) {
    QTest::newRow(text) << text << database << servers << shown;
  };
  row("database", true, "", "database");
  row("nats://a", false, "nats://a:4222", "nats://a:4222");
  row("nats://a:1,b:2", false, "nats://a:1 nats://b:2", "nats://a:1,b:2");
  row("tls://[::1],[fe80::1]:9", false, "tls://[::1]:4222 tls://[fe80::1]:9", "tls://[::1]:4222,[fe80::1]:9");
  row("database+nats://u:p@a", true, "nats://u:p@a:4222", "database+nats://a:4222");
  row("nats://u:p@x,y@a,b", false, "nats://u:p@x,y@a:4222 nats://u:p@x,y@b:4222", "nats://a:4222,b:4222");
}

void TestPubsubAddress::addressesAreRead() {
  QFETCH(QString, text);
  QFETCH(bool, database);
  QFETCH(QString, servers);
  QFETCH(QString, shown);
  const auto read = parse_pubsub(text.toStdString());
  QVERIFY(std::holds_alternative<PubsubAddress>(read));
  const auto& address = std::get<PubsubAddress>(read);
  QCOMPARE(address.uses_database, database);
  QStringList list;
  for (const std::string& server : address.nats_servers) list << QString::fromStdString(server);
  QCOMPARE(list.join(' '), servers);
  QCOMPARE(QString::fromStdString(address.shown()), shown);
}

void TestPubsubAddress::unusableAddressesAreRefusedWithoutTheirSecrets_data() {
  QTest::addColumn<QString>("text");
  for (const char* const text :
       {"", "databse", "redis://u:geheim@a", "nats:/u:geheim@a", "nats://", "nats://u:geheim@", "nats://u:geheim@a,,b",
        "nats://u:geheim@a:0", "nats://u:geheim@a:65536", "nats://u:geheim@a:1x", "nats://u:geheim@a/b",
        "nats://u:geheim@a:", "nats://u:geheim@[::1", "nats://u:geheim@a b", "database,nats://u:geheim@a",
        "nats://u:geheim"})
    QTest::newRow(text) << text;
}

void TestPubsubAddress::unusableAddressesAreRefusedWithoutTheirSecrets() {
  QFETCH(QString, text);
  const auto read = parse_pubsub(text.toStdString());
  QVERIFY(std::holds_alternative<std::string>(read));
  const std::string& message = std::get<std::string>(read);
  QVERIFY(!message.empty());
  QVERIFY(message.find("geheim") == std::string::npos);
}

void TestPubsubAddress::aChannelBecomesASubject() {
  QCOMPARE(nats_subject("workspace_agent_metadata_batch"),
           std::string("coder.v1.pubsub.workspace_agent_metadata_batch"));
  QCOMPARE(nats_subject("workspace_agent_metadata:9b2f"), std::string("coder.v1.pubsub.workspace_agent_metadata.9b2f"));
}

void TestPubsubAddress::subjectsThatCannotBePublishedToAreRefused() {
  QVERIFY(is_subject("a.b"));
  for (const char* const subject : {"", ".a", "a.", "a..b", "a b", "a.*", "a.>", "a\n", "a\x7f"})
    QVERIFY(!is_subject(subject));
}

QTEST_GUILESS_MAIN(TestPubsubAddress)
#include "tst_pubsub_address.moc"
