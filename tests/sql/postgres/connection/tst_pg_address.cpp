// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "sql/postgres/connection/pg_address.hpp"
#include "sql/postgres/connection/pg_failure.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;

namespace {

PgAddress parsed(const std::string& text) {
  auto result = PgAddress::parse(text);
  if (auto* wrong = std::get_if<std::string>(&result)) qFatal("%s", wrong->c_str());
  return std::get<PgAddress>(std::move(result));
}

}  // namespace

class TestPgAddress : public QObject {
  Q_OBJECT

 private slots:
  void uriAndKeywordsAreMeantForPostgres_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("meant");
    QTest::newRow("uri") << "postgres://a@b/c" << true;
    QTest::newRow("long uri") << "postgresql:///c" << true;
    QTest::newRow("keywords") << "host=/tmp dbname=x" << true;
    QTest::newRow("blank before the sign") << "service = coder" << true;
    QTest::newRow("a file") << "sqlite:/tmp/x=y" << false;
    QTest::newRow("a path") << "/tmp/a=b" << false;
    QTest::newRow("nothing") << "" << false;
    QTest::newRow("a word") << "coder" << false;
  }
  void uriAndKeywordsAreMeantForPostgres() {
    QFETCH(QString, text);
    QTEST(PgAddress::is_meant(text.toStdString()), "meant");
  }

  void uriBecomesKeywords() {
    const PgAddress address = parsed(
        "postgresql://me:p%40ss%3Bw%20d@one:5433,two:5434/db?target_session_attrs=read-write&sslmode=verify-full");
    QCOMPARE(address.value("host"), std::string("one,two"));
    QCOMPARE(address.value("port"), std::string("5433,5434"));
    QCOMPARE(address.value("user"), std::string("me"));
    QCOMPARE(address.value("password"), std::string("p@ss;w d"));
    QCOMPARE(address.value("dbname"), std::string("db"));
    QCOMPARE(address.value("sslmode"), std::string("verify-full"));
    QCOMPARE(address.hosts(), std::size_t{2});
    QCOMPARE(address.shown(), std::string("PostgreSQL host=one,two port=5433,5434 dbname=db user=me"));
  }

  void whatIsNotAnAddressIsRefusedWithoutRepeatingIt_data() {
    QTest::addColumn<QString>("text");
    QTest::newRow("password with a sign") << "postgres://me:hunter2/3%@host/db";
    QTest::newRow("no value") << "host=x password='hunter2";
    QTest::newRow("unknown keyword") << "hunter2=1";
    QTest::newRow("slash in the password") << "postgresql://app:hunter2/x@host";
    QTest::newRow("sign in the password") << "postgresql://app:hunter2@secret@host/db";
    QTest::newRow("first sign in the password") << "postgresql://app:p@hunter2@host";
    QTest::newRow("question mark in the password") << "postgresql://app:pa?hunter2=word@host/db";
    QTest::newRow("sign behind the path") << "postgres://host/hunter2@db";
  }
  void whatIsNotAnAddressIsRefusedWithoutRepeatingIt() {
    QFETCH(QString, text);
    const auto result = PgAddress::parse(text.toStdString());
    QVERIFY(std::holds_alternative<std::string>(result));
    QVERIFY2(std::get<std::string>(result).find("hunter2") == std::string::npos, std::get<std::string>(result).c_str());
  }

  void unknownParameterIsNamed() {
    const auto result = PgAddress::parse("postgres://me@host/db?sslmode=require&colour=red");
    QCOMPARE(std::get<std::string>(result), std::string("the address has an unknown parameter: colour"));
    QVERIFY(std::holds_alternative<PgAddress>(PgAddress::parse("postgres://me@host/db?sslmode=require&ssl=true")));
  }

  void sqlstateDecidesWhatIsTakenApart_data() {
    QTest::addColumn<QString>("sqlstate");
    QTest::addColumn<int>("expected");
    const auto row = [](const char* state, Divisible expected) {
      QTest::newRow(state) << state << static_cast<int>(expected);
    };
    for (const char* state : {"22001", "23503", "44000"}) row(state, Divisible::at_once);
    for (const char* state : {"08006", "0A000", "25006", "26000", "28000", "3D000", "3F000", "40001", "53100", "55P03",
                              "57014", "58030", "42P01", "42703", ""})
      row(state, Divisible::never);
    for (const char* state : {"P0001", "45000", "54000", "XX000", "21000"}) row(state, Divisible::repeatedly);
    row("42501", Divisible::as_policy);
  }
  void sqlstateDecidesWhatIsTakenApart() {
    QFETCH(QString, sqlstate);
    QTEST(static_cast<int>(divisible(sqlstate.toStdString())), "expected");
  }

  void secretsAreHiddenWhereverTheyStand_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("shown");
    QTest::newRow("uri") << "at postgres://me:hunter2@host/db now"
                         << "at postgres://me:***@host/db now";
    QTest::newRow("password with a sign") << "postgres://me:hun@ter2@host/db"
                                          << "postgres://me:***@host/db";
    QTest::newRow("no password") << "postgres://me@host:5432/db"
                                 << "postgres://me@host:5432/db";
    QTest::newRow("two") << "a://b:c@d e://f:g@h"
                         << "a://b:***@d e://f:***@h";
    QTest::newRow("keyword") << "host=x password=hunter2 user=y"
                             << "host=x password=*** user=y";
    QTest::newRow("quoted") << "password = 'hun \\' ter2' user=y"
                            << "password = *** user=y";
    QTest::newRow("escaped blank") << "password=hun\\ ter2 user=y"
                                   << "password=*** user=y";
    QTest::newRow("in a query") << "postgres://h/d?password=hunter2&user=y"
                                << "postgres://h/d?password=***&user=y";
    QTest::newRow("upper case") << "PASSWORD=hunter2"
                                << "PASSWORD=***";
    QTest::newRow("environment") << "PGPASSWORD=x"
                                 << "PGPASSWORD=x";
    QTest::newRow("of the key") << "sslpassword=hunter2"
                                << "sslpassword=***";
    QTest::newRow("unended quote") << "password='hunter2"
                                   << "password=***";
    QTest::newRow("only talk of it") << "password authentication failed"
                                     << "password authentication failed";
    QTest::newRow("at the end") << "no password"
                                << "no password";
    QTest::newRow("empty") << ""
                           << "";
  }
  void secretsAreHiddenWhereverTheyStand() {
    QFETCH(QString, text);
    QTEST(QString::fromStdString(redact(text.toStdString())), "shown");
  }

  void knownSecretIsHiddenEvenBare() {
    const PgAddress address = parsed("host=h password=hunter2");
    QCOMPARE(address.redacted("hunter2 is wrong, not hunter2"), std::string("*** is wrong, not ***"));
    QVERIFY(address.shown().find("hunter2") == std::string::npos);
  }

  void sqlstateDecidesTheClass_data() {
    QTest::addColumn<QString>("sqlstate");
    QTest::addColumn<int>("expected");
    const auto row = [](const char* state, FailureClass expected) {
      QTest::newRow(state) << state << static_cast<int>(expected);
    };
    for (const char* state : {"08006", "08P01", "57P01", "57P02", "57P03", "53300", "25006", "0A000", "57P05"})
      row(state, FailureClass::connection);
    row("40P01", FailureClass::deadlock);
    row("40001", FailureClass::serialization);
    row("57014", FailureClass::timeout);
    row("55P03", FailureClass::timeout);
    for (const char* state : {"22001", "22021", "22P05", "22008", "23514", "23503", "23505", "44000"})
      row(state, FailureClass::data);
    for (const char* state : {"42501", "42P01", "42703", "28P01", "28000", "3D000"})
      row(state, FailureClass::permission);
    row("53100", FailureClass::disk);
    for (const char* state : {"54000", "XX000", "P0001", "45000", ""}) row(state, FailureClass::other);
  }
  void sqlstateDecidesTheClass() {
    QFETCH(QString, sqlstate);
    QTEST(static_cast<int>(class_of_sqlstate(sqlstate.toStdString())), "expected");
  }
};

QTEST_GUILESS_MAIN(TestPgAddress)
#include "tst_pg_address.moc"
