// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "service/rpc/rpc_version.hpp"

using namespace metabatch::service;

class TestRpcVersion : public QObject {
  Q_OBJECT

 private slots:
  void versionsAreServedOrRefusedInTheOriginsWords_data();
  void versionsAreServedOrRefusedInTheOriginsWords();
};

void TestRpcVersion::versionsAreServedOrRefusedInTheOriginsWords_data() {
  QTest::addColumn<QString>("version");
  QTest::addColumn<QString>("problem");
  const auto row = [](const char* version, const char* problem) { QTest::newRow(version) << version << problem; };
  row("", "");
  row("2.0", "");
  row("2.8", "");
  row("2.11", "");
  row("+2.+3", "");
  row("2.12", "server is at version 2.11, behind requested minor version 2.12");
  row("2.99", "server is at version 2.11, behind requested minor version 2.99");
  row("3.0", "server is at version 2.11, behind requested major version 3.0");
  row("1.0", "version 1.0 is no longer supported");
  row("-2.0", "version -2.0 is no longer supported");
  row("2", "invalid version string: 2");
  row("2.0.0", "invalid version string: 2.0.0");
  row("two.0", "invalid major version: two.0");
  row(".1", "invalid major version: .1");
  row("2.", "invalid minor version: 2.");
  row("2.1x", "invalid minor version: 2.1x");
  row("2.+-1", "invalid minor version: 2.+-1");
  row("2.99999999999999999999", "invalid minor version: 2.99999999999999999999");
}

void TestRpcVersion::versionsAreServedOrRefusedInTheOriginsWords() {
  QFETCH(QString, version);
  QFETCH(QString, problem);
  QCOMPARE(QString::fromStdString(rpc_version_problem(version.toStdString()).value_or("")), problem);
}

QTEST_GUILESS_MAIN(TestRpcVersion)
#include "tst_rpc_version.moc"
