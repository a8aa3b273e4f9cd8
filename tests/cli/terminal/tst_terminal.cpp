// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "cli/terminal/console.hpp"
#include "cli/terminal/screen.hpp"
#include "cli/terminal/terminal.hpp"

using namespace metabatch::cli;

class TestTerminal : public QObject {
  Q_OBJECT
 private slots:
  void whatATerminalWouldObeyIsEscaped_data();
  void whatATerminalWouldObeyIsEscaped();
  void aTextOfLinesKeepsItsLines();
  void anEscapedTextIsEscapedOnce();
  void everyByteComesOutPrintable();
  void aCutLineOnAScreenIsEscapedFirst();
  void nounsHaveTheirPlural();
};

void TestTerminal::whatATerminalWouldObeyIsEscaped_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QByteArray>("shown");
  const auto row = [](const char* name, QByteArray text, QByteArray shown) { QTest::newRow(name) << text << shown; };
  row("plain", "12 %", "12 %");
  row("letters beyond ASCII", "K\xC3\xB6ln \xF0\x9F\x99\x82", "K\xC3\xB6ln \xF0\x9F\x99\x82");
  row("escape", "\x1b[2J", "\\u001b[2J");
  row("line feed", "a\nmetabatch: all is well", "a\\nmetabatch: all is well");
  row("tab", "a\tb", "a\\tb");
  row("carriage return", "a\rb", "a\\u000db");
  row("bell and delete", "\x07\x7f", "\\u0007\\u007f");
  row("NUL", QByteArray("a\0b", 3), "a\\u0000b");
  row("C1 as UTF-8", "\xC2\x9B\x32J", "\\u009b2J");
  row("C1 as a byte", "\x9B\x32J", "\\x9b2J");
  row("right-to-left override", "\xE2\x80\xAEgpj.exe", "\\u202egpj.exe");
  row("isolate", "\xE2\x81\xA6x\xE2\x81\xA9", "\\u2066x\\u2069");
  row("line separator", "\xE2\x80\xA8", "\\u2028");
  row("byte order mark", "\xEF\xBB\xBF", "\\ufeff");
  row("tag", "\xF3\xA0\x81\x81", "\\U000e0041");
  row("cut sequence", "\xF0\x9F\x99", "\\xf0\\x9f\\x99");
  row("overlong", "\xC0\xAF", "\\xc0\\xaf");
}

void TestTerminal::whatATerminalWouldObeyIsEscaped() {
  QFETCH(QByteArray, text);
  QFETCH(QByteArray, shown);
  QCOMPARE(QByteArray::fromStdString(visible(text.toStdString(), Layout::one_line)), shown);
}

void TestTerminal::aTextOfLinesKeepsItsLines() {
  QCOMPARE(visible("a\n\tb\x1b\n", Layout::lines), std::string("a\n\tb\\u001b\n"));
}

void TestTerminal::anEscapedTextIsEscapedOnce() {
  const std::string once = visible("\x1b\xff\n", Layout::one_line);
  QCOMPARE(visible(once, Layout::one_line), once);
}

void TestTerminal::everyByteComesOutPrintable() {
  for (int byte = 0; byte < 256; ++byte)
    for (const char c : visible(std::string("a") + static_cast<char>(byte) + "b", Layout::one_line))
      QVERIFY2(c >= 0x20 && c < 0x7F, qPrintable(QString::number(byte)));
}

void TestTerminal::aCutLineOnAScreenIsEscapedFirst() {
  QCOMPARE(fitted("ab\x1b[31mcd", 8), std::string("ab\\u001>"));
  QCOMPARE(fitted("K\xC3\xB6ln", 4), std::string("K\xC3\xB6ln"));
}

void TestTerminal::nounsHaveTheirPlural() {
  QCOMPARE(counted(1, "entry"), std::string("1 entry"));
  QCOMPARE(counted(2, "entry"), std::string("2 entries"));
  QCOMPARE(counted(0, "key"), std::string("0 keys"));
  QCOMPARE(counted(1200, "update"), std::string("1,200 updates"));
}

QTEST_GUILESS_MAIN(TestTerminal)
#include "tst_terminal.moc"
