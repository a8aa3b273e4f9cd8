// SPDX-License-Identifier: Apache-2.0
#include "models/utf8_locale.hpp"

#include <langinfo.h>

#include <QTest>
#include <clocale>

using metabatch::models::useUtf8Locale;

class TestUtf8Locale : public QObject {
  Q_OBJECT

 private slots:
  void anotherEncodingBecomesUtf8_data();
  void anotherEncodingBecomesUtf8();
};

void TestUtf8Locale::anotherEncodingBecomesUtf8_data() {
  QTest::addColumn<QByteArray>("name");
  QTest::addColumn<QByteArray>("value");
  QTest::newRow("nothing is set, as on a new machine") << QByteArray() << QByteArray();
  QTest::newRow("LC_ALL=C, as in scripts") << QByteArray("LC_ALL") << QByteArray("C");
  QTest::newRow("LANG=POSIX") << QByteArray("LANG") << QByteArray("POSIX");
  QTest::newRow("a locale that is not installed") << QByteArray("LC_ALL") << QByteArray("xx_XX.ISO-8859-1");
  QTest::newRow("UTF-8") << QByteArray("LC_ALL") << QByteArray("C.UTF-8");
}

void TestUtf8Locale::anotherEncodingBecomesUtf8() {
  QFETCH(QByteArray, name);
  QFETCH(QByteArray, value);
  for (const char* const one : {"LC_ALL", "LC_CTYPE", "LC_NUMERIC", "LANG"}) qunsetenv(one);
  if (!name.isEmpty()) qputenv(name, value);
  std::setlocale(LC_ALL, "C");  // as a program starts
  useUtf8Locale();
  QVERIFY(std::setlocale(LC_ALL, "") != nullptr);
  QCOMPARE(QByteArray(::nl_langinfo(CODESET)), QByteArray("UTF-8"));
  // What the user chose for numbers stays.
  if (name == "LC_ALL" && !value.startsWith("xx"))
    QCOMPARE(qEnvironmentVariable("LC_ALL", qEnvironmentVariable("LC_NUMERIC")).toUtf8(), value);
}

QTEST_GUILESS_MAIN(TestUtf8Locale)
#include "tst_utf8_locale.moc"
