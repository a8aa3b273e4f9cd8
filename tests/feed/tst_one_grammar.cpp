// SPDX-License-Identifier: Apache-2.0
// A line means the same to ingest (feed) and to a reader of recordings (core): one corpus, read by
// both.
#include <QTest>

#include "base/utf8.hpp"
#include "feed/ndjson.hpp"
#include "recording/recorded_line.hpp"
#include "recording/recording_reader.hpp"

using namespace metabatch;

namespace {

QString shown(std::string_view text) { return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())); }

/// How feed reads a line: `bad`, `nothing`, or arrival and items.
QString read_by_feed(const QByteArray& line) {
  feed::NdjsonParser parser;
  const feed::Record& record = parser.parse({line.data(), static_cast<std::size_t>(line.size())});
  if (record.kind == feed::Record::Kind::bad) return "bad";
  if (record.kind == feed::Record::Kind::blank) return "nothing";
  QString text = record.at_us ? QString::number(*record.at_us) : "no time";
  const bool is_update = record.kind == feed::Record::Kind::update;
  text += " " + shown(format_uuid(is_update ? record.update.agent : record.agent));
  if (is_update)
    return text + " update " + shown(record.update.key) + "|" + shown(record.update.value) + "|" +
           shown(record.update.error) + "|" + shown(format_wall_time(record.update.collected_at));
  text += " report";
  std::string buffer;
  for (const RawItem& item : record.items)
    for (const std::string_view part : {item.key, item.value, item.error})
      text += "|" + shown(sanitize(part, buffer).text);
  return text;
}

/// The same for core.
QString read_by_core(const QByteArray& line) {
  const std::string_view text(line.data(), static_cast<std::size_t>(line.size()));
  std::size_t reports = 0, session = 0, bad = 0;
  RecordingReader reader([&](RecordedReport&&) { ++reports; }, [&](std::string_view, std::uint64_t) { ++session; },
                         [&](const BadLine&) { ++bad; });
  reader.read(text);
  reader.finish();
  if (bad > 0) return "bad";
  RecordedLine read;
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (session > 0 || first == std::string_view::npos || text[first] == '#') return "nothing";
  if (read.read(text)) return "bad by itself";
  QString found = (read.at_us ? QString::number(*read.at_us) : "no time") + " " + shown(format_uuid(read.agent));
  if (read.kind == RecordedLine::Kind::update)
    return found + " update " + shown(read.item.key) + "|" + shown(read.item.value) + "|" + shown(read.item.error) +
           "|" + shown(format_wall_time(read.collected_at));
  found += " report";
  for (std::size_t i = 0; i < read.items_used; ++i)
    for (const std::string* part : {&read.items[i].key, &read.items[i].value, &read.items[i].error})
      found += "|" + shown(*part);
  return found;
}

QByteArray update(const char* members) {
  return QByteArray(
             R"({"agent":"00000000-0000-0000-0000-000000000001","key":"cpu","collected_at":"2026-01-02T03:04:05Z")") +
         members + "}";
}

}  // namespace

class TestOneGrammar : public QObject {
  Q_OBJECT

 private slots:
  void bothReadersAgree_data() {
    QTest::addColumn<QByteArray>("line");
    for (const char* const number :
         {"0", "250000", "250000.0", "2.5e5", "-1", "1.5", "null", "true", "\"3\"", "[]", "{}", "9223372036854775807",
          "9223372036854775808", "18446744073709551616", "1e400", "-0"})
      QTest::newRow(QByteArray("at_us ").append(number).constData())
          << update((std::string(",\"at_us\":") + number).c_str());
    for (const char* const value : {"\"x\"", "null", "3", "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"",
                                    "\"\xff\"", "\"a\\q\"", "\"unended"})
      QTest::newRow(QByteArray("value ").append(value).constData())
          << update((std::string(",\"value\":") + value).c_str());
    QTest::newRow("mended with a time") << update(",\"at_us\":250000,\"value\":\"\xff\",\"other\":1e400");
    for (const char* const number : {"2.5e5", "1.5", "0", "0e400", "1234567890123456789", "1e400"})
      QTest::newRow(QByteArray("mended with at_us ").append(number).constData())
          << update((std::string(",\"value\":\"\xff\",\"at_us\":") + number).c_str());
    QTest::newRow("twice") << update(",\"key\":\"mem\",\"at_us\":1,\"at_us\":null");
    QTest::newRow("blank") << QByteArray(" \t");
    QTest::newRow("comment") << QByteArray("  # a comment");
    QTest::newRow("session") << QByteArray(R"({"record":"session"})");
    QTest::newRow("record is no text") << QByteArray(R"({"record":4})");
    QTest::newRow("array") << QByteArray("[]");
    QTest::newRow("rubbish") << QByteArray("hello");
    QTest::newRow("behind the end") << update("") + " x";
    QTest::newRow("no agent") << QByteArray(R"({"key":"cpu"})");
    QTest::newRow("braced agent") << QByteArray(R"({"agent":"{00000000-0000-0000-0000-000000000001}","metadata":[]})");
    for (const char* const list : {"[]", "[{\"key\":\"a\"}]", "[{}]", "[3]", "null", "[{\"key\":\"a\",\"value\":null}]",
                                   "[{\"key\":\"a\",\"value\":\"b\",\"error\":\"c\"},{\"key\":\"a\"}]"})
      QTest::newRow(QByteArray("metadata ").append(list).constData())
          << QByteArray(R"({"agent":"00000000-0000-0000-0000-000000000001","metadata":)") + list + "}";
  }
  void bothReadersAgree() {
    QFETCH(QByteArray, line);
    QCOMPARE(read_by_feed(line), read_by_core(line));
  }
};

QTEST_APPLESS_MAIN(TestOneGrammar)
#include "tst_one_grammar.moc"
