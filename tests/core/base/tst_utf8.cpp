// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "base/utf8.hpp"
#include "support/cost/counted_new.hpp"

using namespace metabatch;

namespace {

QByteArray hex(std::string_view text) { return QByteArray(text.data(), qsizetype(text.size())).toHex(); }
std::string bytes(const char* hex_text) { return QByteArray::fromHex(hex_text).toStdString(); }

}  // namespace

class TstUtf8 : public QObject {
  Q_OBJECT
 private slots:
  void illFormed_data();
  void illFormed();
  void everyCodePointIsClean();
  void faultAtEveryPlaceIsFound();
  void cleanTextAllocatesNothing();
  void usedCapacityAllocatesNothing();
  void cutSanitized_data();
  void cutSanitized();
  void cuts_data();
  void cuts();
  void codePoints();
};

void TstUtf8::illFormed_data() {
  QTest::addColumn<QByteArray>("in");
  QTest::addColumn<QByteArray>("out");
  QTest::addColumn<int>("replaced");
  const auto row = [](const char* name, const char* in, const char* out, int replaced) {
    QByteArray expected(out);
    expected.replace("*", "efbfbd");
    QTest::newRow(name) << QByteArray(in) << expected << replaced;
  };
  row("empty", "", "", 0);
  row("NUL", "00", "*", 1);
  row("NUL inside", "610062", "61*62", 1);
  row("controls stay", "01097f", "01097f", 0);
  row("lone continuation", "80", "*", 1);
  row("truncated two", "c3", "*", 1);
  row("truncated three", "e282", "*", 1);
  row("truncated four", "f09f98", "*", 1);
  row("truncated four, then NUL", "f09f9800", "**", 2);
  row("overlong NUL", "c080", "**", 2);
  row("overlong C1", "c1bf", "**", 2);
  row("surrogate", "eda080", "***", 3);
  row("just below surrogates", "ed9fbf", "ed9fbf", 0);
  row("last code point", "f48fbfbf", "f48fbfbf", 0);
  row("above the last", "f4908080", "****", 4);
  row("F5", "f5808080", "****", 4);
  row("FE FF", "feff", "**", 2);
  row("non-character stays", "efbfbf", "efbfbf", 0);
  row("replacement sent stays", "efbfbd", "efbfbd", 0);
  row("table 3-8", "61f18080e180c262806380bf64", "61***62*63**64", 6);
  row("table 3-9", "c0afe080bff0818241", "********41", 8);
  row("table 3-10", "eda080edbfbfedaf41", "********41", 8);
  row("table 3-11", "f4919293ff4180bf42", "*****41**42", 7);
  row("table 3-12", "e180e2f09192f1bf41", "****41", 4);
}

void TstUtf8::illFormed() {
  QFETCH(QByteArray, in);
  QFETCH(QByteArray, out);
  QFETCH(int, replaced);
  const std::string text = bytes(in.constData());
  std::string room = "left over";
  const Sanitized clean = sanitize(text, room);
  QCOMPARE(hex(clean.text), out);
  QCOMPARE(int(clean.replaced), replaced);
  QCOMPARE(clean_size(text) == text.size(), replaced == 0);
  if (replaced == 0) QCOMPARE(static_cast<const void*>(clean.text.data()), static_cast<const void*>(text.data()));
  std::string again;
  QCOMPARE(int(sanitize(clean.text, again).replaced), 0);
}

void TstUtf8::everyCodePointIsClean() {
  for (char32_t point = 1; point <= 0x10FFFF; ++point) {
    if (point == 0xD800) point = 0xE000;
    const QByteArray text = QString::fromUcs4(&point, 1).toUtf8();
    if (clean_size(text.toStdString()) != std::size_t(text.size())) QFAIL(text.toHex().constData());
  }
}

void TstUtf8::faultAtEveryPlaceIsFound() {
  for (std::size_t size = 1; size <= 40; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (const char fault : {'\0', '\x80', '\xFF'}) {
        std::string text(size, 'x');
        text[at] = fault;
        QCOMPARE(clean_size(text), at);
      }
}

void TstUtf8::cleanTextAllocatesNothing() {
  const std::string text = bytes("6162636465666768f09f9880") + std::string(4096, 'x');
  std::string room;
  const std::size_t before = g_allocations;
  const Sanitized clean = sanitize(text, room, 2048);
  QCOMPARE(g_allocations, before);
  QCOMPARE(clean.text.size(), 2048u);
}

void TstUtf8::usedCapacityAllocatesNothing() {
  const std::string text(1000, '\0');
  std::string room;
  sanitize(text, room);
  const std::size_t before = g_allocations;
  QCOMPARE(sanitize(text, room).replaced, 1000u);
  QCOMPARE(g_allocations, before);
}

void TstUtf8::cutSanitized_data() {
  QTest::addColumn<QByteArray>("in");
  QTest::addColumn<int>("most");
  QTest::addColumn<QByteArray>("out");
  QTest::addColumn<int>("replaced");
  const auto row = [](const char* name, const char* in, int most, const char* out, int replaced) {
    QTest::newRow(name) << QByteArray(in) << most << QByteArray(out) << replaced;
  };
  row("nothing fits", "6162", 0, "", 0);
  row("replacement fits", "6100", 4, "61efbfbd", 1);
  row("replacement does not fit", "6100", 3, "61", 0);
  row("fault behind the cut", "61626300", 3, "616263", 0);
  row("fault at the cut, code point before", "61c3a900", 2, "61", 0);
  row("whole code point at the cut", "61f09f9880", 5, "61f09f9880", 0);
  row("split code point at the cut", "61f09f988062", 4, "61", 0);
  row("split after a replacement", "00f09f988062", 6, "efbfbd", 1);
  row("whole after a replacement", "00f09f988062", 7, "efbfbdf09f9880", 1);
  row("two replacements, one fits", "0000", 5, "efbfbd", 1);
}

void TstUtf8::cutSanitized() {
  QFETCH(QByteArray, in);
  QFETCH(int, most);
  QFETCH(QByteArray, out);
  QFETCH(int, replaced);
  std::string room;
  const std::string text = bytes(in.constData());
  const Sanitized clean = sanitize(text, room, std::size_t(most));
  QCOMPARE(hex(clean.text), out);
  QCOMPARE(int(clean.replaced), replaced);
  if (replaced == 0) QCOMPARE(static_cast<const void*>(clean.text.data()), static_cast<const void*>(text.data()));
}

void TstUtf8::cuts_data() {
  QTest::addColumn<QByteArray>("in");
  QTest::addColumn<int>("most");
  QTest::addColumn<int>("size");
  const auto row = [](const char* name, const char* in, int most, int size) {
    QTest::newRow(name) << QByteArray(in) << most << size;
  };
  row("short enough", "616263", 3, 3);
  row("plain", "616263", 2, 2);
  row("to nothing", "616263", 0, 0);
  row("two bytes split", "61c3a9", 2, 1);
  row("three bytes, 1 in", "e282ac61", 1, 0);
  row("three bytes, 2 in", "e282ac61", 2, 0);
  row("three bytes, all in", "e282ac61", 3, 3);
  row("four bytes, 1 in", "61f09f988061", 2, 1);
  row("four bytes, 2 in", "61f09f988061", 3, 1);
  row("four bytes, 3 in", "61f09f988061", 4, 1);
  row("four bytes, all in", "61f09f988061", 5, 5);
  row("endless continuations", "808080808080", 5, 2);
}

void TstUtf8::cuts() {
  QFETCH(QByteArray, in);
  QFETCH(int, most);
  QFETCH(int, size);
  QCOMPARE(int(cut_at_boundary(bytes(in.constData()), std::size_t(most)).size()), size);
}

void TstUtf8::codePoints() {
  QCOMPARE(count_code_points(""), 0u);
  QCOMPARE(count_code_points("abc"), 3u);
  QCOMPARE(count_code_points(bytes("61c3a9e282acf09f9880")), 4u);
}

QTEST_GUILESS_MAIN(TstUtf8)
#include "tst_utf8.moc"
