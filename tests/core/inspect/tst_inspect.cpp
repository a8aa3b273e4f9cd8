// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <string>

#include "metabatch/chunks.hpp"
#include "metabatch/inspect.hpp"

using namespace metabatch;

namespace {

constexpr const char* kUuid = "9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b";
constexpr const char* kHex = "9b2f1f1e7b544c118a6e1c2d3e4f5a6b";
constexpr const char* kSymbols = "my8fHntUTBGKbhwtPk9aaw";
constexpr const char* kOther = "pMxcTBhlS+CTY5oXVCC5GQ";
constexpr const char* kNil = "AAAAAAAAAAAAAAAAAAAAAA";

/// Every span as `kind(text)`, the verdict behind it unless plain.
std::string spans_of(const Inspection& result, std::string_view input) {
  std::string text;
  for (const Span& span : result.spans) {
    text += text.empty() ? "" : " ";
    text += std::string(name_of(span.kind)) + "(" + std::string(input.substr(span.at, span.length)) + ")";
    if (span.verdict != Verdict::plain) text += "=" + std::string(name_of(span.verdict));
  }
  return text;
}

/// Every finding as `form wrapping channel verdict ids/unreadable/duplicates bytes notes...`.
std::string findings_of(const Inspection& result) {
  std::string text;
  for (const Finding& finding : result.findings) {
    text += text.empty() ? "" : "; ";
    text += std::string(name_of(finding.form)) + " " + std::string(name_of(finding.wrapping)) + " " +
            std::string(name_of(finding.channel)) + " " + std::string(name_of(finding.verdict)) + " " +
            std::to_string(finding.ids) + "/" + std::to_string(finding.unreadable) + "/" +
            std::to_string(finding.duplicates) + " " + std::to_string(finding.payload_bytes);
    for (std::size_t bit = 0; bit < kNotes; ++bit) {
      const auto note = static_cast<Note>(1u << bit);
      if (finding.notes.has(note)) text += " " + std::string(name_of(note));
    }
  }
  return text;
}

/// Checks the guarantee of the header; returns "" when it holds.
std::string broken_promise(const Inspection& result, std::string_view input) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < result.spans.size(); ++i) {
    const Span& span = result.spans[i];
    if (span.at != at || span.length == 0) return "gap, overlap or empty span at " + std::to_string(at);
    at += span.length;
    if (span.finding != kNowhere && span.finding >= result.findings.size()) return "no such finding";
    if ((span.kind == SpanKind::id) != (span.id != kNowhere)) return "id without an index, or the other way";
    if (span.id != kNowhere && (span.id >= result.ids.size() || result.ids[span.id].span != i)) return "id not linked";
    if (span.kind == SpanKind::bad_id && (span.bad_at < span.at || span.bad_at > at)) return "bad_at outside";
  }
  if (at != input.size()) return "the end is not covered";
  std::size_t behind = 0;
  for (const Finding& finding : result.findings) {
    if (finding.at < behind || finding.spans == 0) return "findings overlap";
    behind = finding.at + finding.length;
    const Span& first = result.spans[finding.first_span];
    const Span& last = result.spans[finding.first_span + finding.spans - 1];
    if (first.at != finding.at || last.at + last.length != behind) return "finding and its spans differ";
  }
  for (const FoundId& found : result.ids) {
    if (found.first >= result.ids.size() || !(result.ids[found.first].id == found.id)) return "first is another id";
  }
  return {};
}

}  // namespace

class TestInspect : public QObject {
  Q_OBJECT

 private slots:
  void everyFormIsRecognised_data();
  void everyFormIsRecognised();
  void spansNameWhatTheyAre_data();
  void spansNameWhatTheyAre();
  void wordsAreNotTakenForPayloads_data();
  void wordsAreNotTakenForPayloads();
  void severalPayloadsInOnePasteAreSeveralFindings();
  void idsAreLinkedBothWays();
  void sameAgentInTwoPayloadsIsNoDuplicate();
  void payloadOver7999BytesIsNoted();
  void lineEndsThatMixAreNoted_data();
  void lineEndsThatMixAreNoted();
  void limitLeavesOneUnreadSpan();
  void everyCutAndEveryByteKeepsThePromise();
  void describedIdHasVersionAndVariant();
};

void TestInspect::everyFormIsRecognised_data() {
  QTest::addColumn<QByteArray>("input");
  QTest::addColumn<QByteArray>("findings");
  const auto row = [](const char* name, const std::string& input, const char* findings) {
    QTest::newRow(name) << QByteArray::fromStdString(input) << QByteArray(findings);
  };
  const std::string uuid = kUuid;
  const std::string hex = kHex;
  const std::string symbols = kSymbols;
  const std::string other = kOther;
  const std::string raw = QByteArray::fromHex(kHex).toStdString();
  row("nothing", "", "");
  row("chunk", symbols + other, "chunk none unnamed good 2/0/0 44");
  row("chunk, line end behind", symbols + "\n", "chunk none unnamed good 1/0/0 22");
  row("chunk, not canonical", symbols.substr(0, 21) + "x", "chunk none unnamed odd 1/0/0 22 not_canonical");
  row("chunk, cut", symbols + other.substr(0, 20), "chunk none unnamed bad 1/0/0 42 truncated");
  row("chunk, bad symbol", symbols + "pMxcTBhlS*CTY5oXVCC5GQ" + symbols,
      "chunk none unnamed bad 2/1/1 66 duplicates bad_symbols");
  row("chunk, nil", kNil, "chunk none unnamed odd 1/0/0 22 nil_id");
  row("chunk, twice", symbols + symbols, "chunk none unnamed odd 2/0/1 44 duplicates");
  row("raw hex", hex + hex.substr(0, 31) + "c", "raw_hex none unnamed good 2/0/0 64");
  row("raw hex, cut", hex + hex.substr(0, 8), "raw_hex none unnamed bad 1/0/0 40 truncated");
  row("bytea", "\\x" + hex, "bytea none unnamed good 1/0/0 34");
  row("bytea, bad digit", "\\x" + hex.substr(0, 31) + "g" + hex, "bytea none unnamed bad 1/1/0 66 bad_symbols");
  row("binary", raw, "binary none unnamed good 1/0/0 16");
  row("binary, cut", raw + raw + "x", "binary none unnamed bad 2/0/1 33 truncated duplicates");
  row("ids JSON", "{\"agent_ids\":[\"" + uuid + "\"]}", "ids_json none unnamed good 1/0/0 54");
  row("ids JSON over lines", "{\n  \"agent_ids\": [\n    \"" + uuid + "\"\n  ]\n}\n",
      "ids_json none unnamed good 1/0/0 67");
  row("ids JSON, bad id", "{\"agent_ids\":[\"" + uuid + "\",\"no\"]}",
      "ids_json none unnamed bad 1/1/0 59 bad_symbols");
  row("ids JSON, cut", "{\"agent_ids\":[\"" + uuid + "\",\"9b",
      "ids_json none unnamed bad 1/1/0 56 truncated bad_symbols");
  row("agent JSON", "{\"collected_at\":\"2026-01-02T03:04:05Z\",\"keys\":[\"cpu\"]}",
      "agent_json none unnamed good 0/0/0 54");
  row("channel and agent JSON", "workspace_agent_metadata:" + uuid + " {\"keys\":[\"cpu\"]}",
      "channel_name none agent good 1/0/0 61; agent_json none agent good 0/0/0 16");
  row("psql",
      "Asynchronous notification \"workspace_agent_metadata_batch\" with payload \"" + symbols +
          "\" received from server process with PID 12.",
      "chunk psql batch good 1/0/0 22");
  row("psql, cut", "Asynchronous notification \"workspace_agent_metadata_batch\" with payload \"" + symbols,
      "chunk psql batch bad 1/0/0 22 truncated");
  row("psql, beat", "Asynchronous notification \"pubsub_watchdog\" received from server process with PID 12.",
      "beat psql watchdog good 0/0/0 0");
  row("psql, probe",
      "Asynchronous notification \"latency-measure:" + uuid + "\" with payload \"" + uuid +
          "\" received from server process with PID 12.",
      "probe psql latency good 2/0/0 36");
  row("psql, another channel",
      "Asynchronous notification \"x\" with payload \"hello\" received from server process with PID 1.",
      "unknown psql other odd 0/0/0 5");
  row("psql, payload with quotes",
      "Asynchronous notification \"a\" with payload \"{\"agent_ids\":[\"" + uuid +
          "\"]}\" received from server process with PID 1.",
      "ids_json psql other good 1/0/0 54");
  row("NOTIFY", "NOTIFY workspace_agent_metadata_batch, '" + symbols + "';", "chunk notify batch good 1/0/0 22");
  row("notify, quoted channel", "notify \"workspace_agent_metadata:" + uuid + "\" , '{\"keys\":[\"o''b\"]}'",
      "agent_json notify agent good 1/0/0 16 escaped");
  row("NOTIFY without payload", "NOTIFY pubsub_watchdog;", "beat notify watchdog good 0/0/0 0");
  row("NOTIFY, not closed", "NOTIFY workspace_agent_metadata_batch, '" + symbols,
      "chunk notify batch bad 1/0/0 22 truncated");
  row("pg_notify", "SELECT pg_notify('workspace_agent_metadata_batch', '" + symbols + other + "');",
      "chunk pg_notify batch good 2/0/0 44");
  row("pg_notify, E string", "select pg_notify('x',E'\\\\x" + hex + "')",
      "bytea pg_notify other good 1/0/0 34 escaped");
  row("pg_notify, octal and hex escapes", "select pg_notify('x',E'\\155\\x79" + symbols.substr(2) + "')",
      "chunk pg_notify other good 1/0/0 22 escaped");
  row("pg_notify, casts", "pg_notify('x'::text, '" + symbols + "'::text)", "chunk pg_notify other good 1/0/0 22");
  row("log, statement",
      "2026-01-02 03:04:05.678 UTC [9] coder LOG:  statement: NOTIFY workspace_agent_metadata_batch, '" + symbols + "'",
      "chunk notify batch good 1/0/0 22 in_log");
  row("log, parameters",
      "2026-01-02 03:04:05.678 UTC [9] DETAIL:  parameters: $1 = 'workspace_agent_metadata_batch', $2 = '" + symbols +
          "'",
      "chunk parameters batch good 1/0/0 22 in_log");
  row("list", uuid + "\n" + hex + "\r\n{" + uuid + "}, urn:uuid:" + uuid + "\n",
      "uuid_list none unnamed odd 4/0/3 156 duplicates");
  row("list in JSON", "[\"" + uuid + "\",\"00000000-0000-0000-0000-000000000000\"]",
      "uuid_list none unnamed odd 2/0/0 75 nil_id");
  row("list, not RFC", "9b2f1f1e-7b54-4c11-ca6e-1c2d3e4f5a6b", "uuid_list none unnamed odd 1/0/0 36 not_rfc");
  row("probe", "latency-measure:" + uuid, "probe none latency good 1/0/0 52");
  row("probe, bad", "latency-measure:9b2", "probe none latency bad 0/1/0 19 bad_symbols");
  row("channel named in an earlier line", "pubsub_watchdog\n" + uuid,
      "beat none watchdog good 0/0/0 15; uuid_list none unnamed good 1/0/0 36");
  row("beat", "pubsub_watchdog", "beat none watchdog good 0/0/0 15");
  row("batch channel and damaged chunk", "workspace_agent_metadata_batch: " + symbols + "!",
      "channel_name none batch good 0/0/0 30; chunk none batch bad 1/0/0 23 bad_symbols");
  row("batch channel and the end of a sentence", "workspace_agent_metadata_batch: " + symbols + ".",
      "channel_name none batch good 0/0/0 30; chunk none batch good 1/0/0 22");
  const std::string notify = "NOTIFY workspace_agent_metadata_batch, ";
  const char* const with_a_line_end = "chunk notify batch bad 1/0/0 23 bad_symbols";
  row("E string with a line end", notify + "E'" + symbols + "\\n';",
      "chunk notify batch bad 1/0/0 23 bad_symbols escaped");
  row("string with a line end", notify + "'" + symbols + "\n';", with_a_line_end);
  row("dollar quotes with a line end", notify + "$$" + symbols + "\n$$;", with_a_line_end);
  row("string with blanks", notify + "' " + symbols + " ';", "chunk notify batch bad 1/0/0 24 bad_symbols");
  row("string cut in front of another statement", notify + "'" + symbols.substr(4) + "\n" + notify + "'" + other + "';",
      "chunk notify batch bad 0/0/0 18 truncated; chunk notify batch good 1/0/0 22");
  row("strings that SQL joins", notify + "'" + symbols.substr(0, 9) + "'\n  '" + symbols.substr(9) + "';",
      "chunk notify batch good 1/0/0 22 escaped");
  row("strings that || joins", "select pg_notify('x', '" + symbols.substr(0, 9) + "' || '" + symbols.substr(9) + "')",
      "chunk pg_notify other good 1/0/0 22 escaped");
  row("U& string", notify + "U&'\\006d" + symbols.substr(1) + "'", "chunk notify batch good 1/0/0 22 escaped");
  row("U& string with its own mark", notify + "U&'!+00006d" + symbols.substr(1) + "!000a' UESCAPE '!';",
      "chunk notify batch bad 1/0/0 23 bad_symbols escaped");
  row("JSON in an E string", "select pg_notify('x', E'{\\n\"agent_ids\":[\"" + uuid + "\"]}\\n')",
      "ids_json pg_notify other good 1/0/0 56 escaped");
  row("UUID on the batch channel", notify + "'" + uuid + "'", "uuid_list notify batch bad 1/0/0 36 bad_symbols");
  row("psql, payload with a line end",
      "Asynchronous notification \"workspace_agent_metadata_batch\" with payload \"" + symbols +
          "\n\" received from server process with PID 12.\nnext",
      "chunk psql batch bad 1/0/0 23 bad_symbols");
  row("psql in German, payload with a line end",
      "Asynchrone Benachrichtigung \u00bbworkspace_agent_metadata_batch\u00ab mit Daten \u00bb" + symbols +
          "\n\u00ab vom Serverprozess mit PID 42 empfangen.\nnext",
      "chunk psql batch bad 1/0/0 23 bad_symbols");
  row("log, parameters with a line end",
      "2026-01-02 03:04:05.678 UTC [9] DETAIL:  parameters: $1 = 'workspace_agent_metadata_batch', $2 = '" + symbols +
          "\n\t'",
      "chunk parameters batch bad 1/0/0 24 bad_symbols in_log");
}

void TestInspect::everyFormIsRecognised() {
  QFETCH(QByteArray, input);
  QFETCH(QByteArray, findings);
  const auto text = input.toStdString();
  const auto result = inspect(text);
  QCOMPARE(QByteArray::fromStdString(findings_of(result)), findings);
  QCOMPARE(QByteArray::fromStdString(broken_promise(result, text)), QByteArray());
  for (const auto& finding : result.findings) QVERIFY(!describe(finding, result).empty());
}

void TestInspect::spansNameWhatTheyAre_data() {
  QTest::addColumn<QByteArray>("input");
  QTest::addColumn<QByteArray>("spans");
  const QByteArray uuid = kUuid;
  const QByteArray symbols = kSymbols;
  QTest::newRow("chunk with all troubles")
      << kNil + symbols.left(21) + "x" + "pMxcTBhlS*CTY5oXVCC5GQ" + symbols + "pMx"
      << QByteArray("id(") + kNil + ")=odd id(" + symbols.left(21) + "x)=odd bad_id(pMxcTBhlS*CTY5oXVCC5GQ)=bad id(" +
             symbols + ")=good rest(pMx)=bad";
  QTest::newRow("NOTIFY") << "  NOTIFY x, '" + symbols + "';\nok"
                          << "blank(  ) keyword(NOTIFY) punctuation( ) channel(x) punctuation(, ') id(" + symbols +
                                 ")=good punctuation(') text(;\nok)";
  QTest::newRow("agent JSON")
      << QByteArray("{\"collected_at\":\"now\",\"keys\":[\"a\\\"b\"],\"more\":7}")
      << QByteArray(
             "punctuation({\") json_key(collected_at) punctuation(\":\") timestamp(now) punctuation(\",\") "
             "json_key(keys) "
             "punctuation(\":[\") agent_key(a\\\"b) punctuation(\"],\") json_key(more) punctuation(\":) value(7) "
             "punctuation(})");
  QTest::newRow("escapes keep their place in the input")
      << QByteArray("pg_notify('x',E'{\\\"keys\\\":[\\\"a''b\\\"]}')")
      << QByteArray(
             "keyword(pg_notify) punctuation((') channel(x) punctuation(',E'{\\\") json_key(keys) "
             "punctuation(\\\":[\\\") "
             "agent_key(a''b) punctuation(\\\"]}'))");
  QTest::newRow("log") << "2026 [1] LOG:  statement: NOTIFY y;\n\tmore " + uuid
                       << "log_prefix(2026 [1] LOG:  ) text(statement: ) keyword(NOTIFY) punctuation( ) channel(y) "
                          "text(;\n\tmore ) id(" +
                              uuid + ")=good";
  QTest::newRow("JSON broken off by a line end")
      << QByteArray("{\"agent_ids\":[\"9b\nnext line")
      << QByteArray(
             "punctuation({\") json_key(agent_ids) punctuation(\":[\") bad_id(9b)=bad blank(\n) text(next line)");
}

void TestInspect::spansNameWhatTheyAre() {
  QFETCH(QByteArray, input);
  QFETCH(QByteArray, spans);
  const auto text = input.toStdString();
  QCOMPARE(QByteArray::fromStdString(spans_of(inspect(text), text)), spans);
}

void TestInspect::wordsAreNotTakenForPayloads_data() {
  QTest::addColumn<QByteArray>("input");
  QTest::newRow("prose") << QByteArray(
      "Please notify people, that Asynchronous notification is {\"nice\": 1} and \\xyz");
  QTest::newRow("path") << QByteArray("see /usr/lib/postgresql/15/bin/postgres for it");
  QTest::newRow("address") << QByteArray("see https://example.org/agents/some/very/long/path/that/goes/on.html now");
  QTest::newRow("SQL") << QByteArray("SELECT pg_notify($1, $2); UPDATE t SET a = 'b' WHERE c = $1");
  QTest::newRow("blanks") << QByteArray(" \t\r\n\n ");
  QTest::newRow("short run") << QByteArray("my8fHntUTBGKbhwtPk9aa");
}

void TestInspect::wordsAreNotTakenForPayloads() {
  QFETCH(QByteArray, input);
  const auto text = input.toStdString();
  const auto result = inspect(text);
  QCOMPARE(QByteArray::fromStdString(findings_of(result)), QByteArray());
  QVERIFY(result.ids.empty());
  QCOMPARE(QByteArray::fromStdString(broken_promise(result, text)), QByteArray());
}

void TestInspect::severalPayloadsInOnePasteAreSeveralFindings() {
  const std::string symbols = kSymbols;
  const std::string text = "first\n" + symbols + "\n" + symbols + kOther + "\nNOTIFY x, '" + kOther + "'\n" + kUuid;
  const auto result = inspect(text);
  QCOMPARE(findings_of(result), std::string("chunk none unnamed good 1/0/0 22; chunk none unnamed good 2/0/0 44; "
                                            "chunk notify other good 1/0/0 22; uuid_list none unnamed good 1/0/0 36"));
  QCOMPARE(result.distinct_ids, 2u);
  QCOMPARE(broken_promise(result, text), std::string());
}

void TestInspect::idsAreLinkedBothWays() {
  const std::string text = std::string(kSymbols) + kOther + kSymbols;
  const auto result = inspect(text);
  QCOMPARE(result.ids.size(), std::size_t{3});
  QCOMPARE(result.ids[2].first, 0u);
  QCOMPARE(result.ids[1].first, 1u);
  QCOMPARE(result.spans[result.ids[2].span].at, std::size_t{44});
  QCOMPARE(result.spans[2].id, 2u);
  QCOMPARE(format_uuid(result.ids[0].id), std::string(kUuid));
}

void TestInspect::sameAgentInTwoPayloadsIsNoDuplicate() {
  const std::string text = std::string(kSymbols) + "\n" + kSymbols;
  const auto result = inspect(text);
  QCOMPARE(result.ids[1].first, 0u);
  QCOMPARE(result.findings[1].duplicates, 0u);
  QVERIFY(!result.notes.has(Note::duplicates));
}

void TestInspect::payloadOver7999BytesIsNoted() {
  for (const std::size_t ids : {std::size_t{363}, std::size_t{364}}) {
    std::string payload;
    for (std::size_t i = 0; i < ids; ++i) payload += kSymbols;
    for (const auto& text : {payload, "NOTIFY x, '" + payload + "'"}) {
      const auto result = inspect(text);
      QCOMPARE(result.findings.size(), std::size_t{1});
      QCOMPARE(result.findings[0].notes.has(Note::over_limit), ids == 364);
      QCOMPARE(result.findings[0].duplicates, static_cast<std::uint32_t>(ids - 1));
    }
  }
}

void TestInspect::lineEndsThatMixAreNoted_data() {
  QTest::addColumn<QByteArray>("input");
  QTest::addColumn<bool>("mixed");
  QTest::newRow("LF") << QByteArray("a\nb\n") << false;
  QTest::newRow("CRLF") << QByteArray("a\r\nb\r\n") << false;
  QTest::newRow("CR") << QByteArray("a\rb\r") << false;
  QTest::newRow("LF and CRLF") << QByteArray("a\nb\r\n") << true;
  QTest::newRow("CR and LF") << QByteArray("a\rb\n") << true;
  QTest::newRow("CRLF and CR") << QByteArray("a\r\nb\r") << true;
  QTest::newRow("none") << QByteArray("a") << false;
}

void TestInspect::lineEndsThatMixAreNoted() {
  QFETCH(QByteArray, input);
  QFETCH(bool, mixed);
  QCOMPARE(inspect(input.toStdString()).notes.has(Note::mixed_line_ends), mixed);
}

void TestInspect::limitLeavesOneUnreadSpan() {
  const std::string text = "NOTIFY x, '" + std::string(kSymbols) + kOther + "'; and more " + kUuid;
  const std::size_t all = inspect(text).spans.size();
  for (std::size_t limit = 0; limit <= all + 2; ++limit) {
    const auto result = inspect(text, {limit});
    QVERIFY(result.spans.size() <= std::max<std::size_t>(limit, 1));
    QCOMPARE(result.notes.has(Note::stopped), limit <= all);
    QCOMPARE(result.spans.back().kind == SpanKind::unread, limit <= all);
    QCOMPARE(result.read_bytes, limit <= all ? result.spans.back().at : text.size());
    QCOMPARE(broken_promise(result, text), std::string());
  }
}

/// Compares, and shows the input on failure.
#define KEEPS_THE_PROMISE(text) \
  QVERIFY2(broken_promise(inspect(text), text).empty(), (broken_promise(inspect(text), text) + ": " + (text)).c_str())

void TestInspect::everyCutAndEveryByteKeepsThePromise() {
  const std::string text = std::string("psql: Asynchronous notification \"latency-measure:") + kUuid +
                           "\" with payload \"" + kUuid + "\" received from server process with PID 12.\r\n" +
                           "x LOG:  NOTIFY \"a b\", E'\\x41\\\\''\\n';\n" + "{\"agent_ids\":[\"" + kUuid +
                           "\",\"\"],\"keys\":[]}\n\\x" + kHex + " {" + kUuid + "} " + kSymbols + kOther;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    KEEPS_THE_PROMISE(text.substr(0, cut));
    KEEPS_THE_PROMISE(text.substr(cut));
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char c : {'\0', '\n', '\'', '"', '\\', '{', '}', ' ', 'A', '\xff', ','}) {
      std::string changed = text;
      changed[at] = c;
      KEEPS_THE_PROMISE(changed);
    }
  }
}

void TestInspect::describedIdHasVersionAndVariant() {
  const std::string text = std::string(kUuid) + " 9b2f1f1e-7b54-4c11-ca6e-1c2d3e4f5a6b " + kUuid;
  const auto result = inspect(text);
  QCOMPARE(describe(result.spans[0], result), std::string(kUuid) + ": version 4");
  QCOMPARE(describe(result.spans[result.ids[1].span], result),
           std::string("9b2f1f1e-7b54-4c11-ca6e-1c2d3e4f5a6b: variant Microsoft"));
  QCOMPARE(describe(result.spans[result.ids[2].span], result), std::string(kUuid) + ": version 4, named before");
}

QTEST_GUILESS_MAIN(TestInspect)
#include "tst_inspect.moc"
