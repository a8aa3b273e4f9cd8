// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QTest>
#include <functional>

#include "base/json_writer.hpp"
#include "metabatch/time.hpp"
#include "service/agents/agent_directory.hpp"
#include "service/agents/file_tokens.hpp"
#include "service/agents/report_reader.hpp"
#include "service/http/http.hpp"
#include "service/log.hpp"
#include "service/watch/metadata_json.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::service;

class TestHttp : public QObject {
  Q_OBJECT
 private slots:
  void stringsAreThoseOfGosEncoder_data();
  void stringsAreThoseOfGosEncoder();
  void anErrorLeavesOutWhatIsNotThere();
  void onlyOurOwnHostNamesAreAnswered_data();
  void onlyOurOwnHostNamesAreAnswered();
  void queriesAndCookiesAreFound();
  void anArrayIsGoldenToTheByte();
  void agesAreWholeSeconds_data();
  void agesAreWholeSeconds();
  void aBodyIsReadOrAReasonIsGiven_data();
  void aBodyIsReadOrAReasonIsGiven();
  void aBodyCutAnywhereIsAnError();
  void aTokenLeadsToItsAgentOnly();
  void bearerTokensAreFound();
  void shortWatchTokensAreRefused();
  void floodsAreLoggedOnceInAWhile_data();
  void floodsAreLoggedOnceInAWhile();
  void whatIsNoFloodIsAlwaysLogged();
  void aLogThatNobodyReadsDelaysNobody();
};

namespace {
std::string json_of(std::string_view text) {
  std::string out;
  append_json_text(out, text, JsonEscapes::html);
  return out;
}
WallTime at(const char* text) { return parse_wall_time(text).value(); }
/// What a log writes during this call.
QByteArray said_by(Log::Form form, const std::function<void(Log&)>& does) {
  int ends[2];
  if (::pipe(ends) != 0) qFatal("no pipe");
  Log log(form, ends[1]);
  does(log);
  ::close(ends[1]);
  char bytes[4096];
  const ssize_t got = ::read(ends[0], bytes, sizeof bytes);
  ::close(ends[0]);
  return QByteArray(bytes, static_cast<qsizetype>(got));
}
}  // namespace

void TestHttp::stringsAreThoseOfGosEncoder_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QByteArray>("json");
  QTest::newRow("empty") << QByteArray("") << QByteArray(R"("")");
  QTest::newRow("plain") << QByteArray("12 %") << QByteArray(R"("12 %")");
  QTest::newRow("quotes") << QByteArray(R"(a"b\c)") << QByteArray(R"("a\"b\\c")");
  QTest::newRow("control") << QByteArray("\n\r\t\x01\x1f\x7f") << QByteArray("\"\\n\\r\\t\\u0001\\u001f\x7f\"");
  QTest::newRow("html") << QByteArray("<a>&") << QByteArray(R"("\u003ca\u003e\u0026")");
  QTest::newRow("separators") << QByteArray("x\xE2\x80\xA8y\xE2\x80\xA9z\xE2\x82\xAC")
                              << QByteArray("\"x\\u2028y\\u2029z\xE2\x82\xAC\"");
  QTest::newRow("not UTF-8") << QByteArray(
                                    "a\xFF"
                                    "b")
                             << QByteArray(
                                    "\"a\xEF\xBF\xBD"
                                    "b\"");
}

void TestHttp::stringsAreThoseOfGosEncoder() {
  QFETCH(QByteArray, text);
  QFETCH(QByteArray, json);
  QCOMPARE(QByteArray::fromStdString(json_of(text.toStdString())), json);
}

void TestHttp::anErrorLeavesOutWhatIsNotThere() {
  QCOMPARE(error_response(404, "No.").body, std::string("{\"message\":\"No.\"}\n"));
  const FieldError fields[] = {{"a", "b"}, {"c", "d"}};
  QCOMPARE(error_response(400, "m", "d", fields).body,
           std::string(
               R"({"message":"m","detail":"d","validations":[{"field":"a","detail":"b"},{"field":"c","detail":"d"}]})"
               "\n"));
  QCOMPARE(
      head_of({.status = 204}, {}),
      std::string("HTTP/1.1 204 No Content\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n"));
}

void TestHttp::onlyOurOwnHostNamesAreAnswered_data() {
  QTest::addColumn<QByteArray>("host");
  QTest::addColumn<bool>("is_allowed");
  for (const char* host :
       {"localhost", "LOCALHOST:80", "127.0.0.1", "127.0.0.1:7280", "[::1]", "[::1]:1", "10.1.2.3", "Our.Name:9"})
    QTest::newRow(host) << QByteArray(host) << true;
  for (const char* host :
       {"", "evil.example", "localhost.evil.example", "localhost:80:80", "localhost:x", "localhost:123456", "[::1",
        "[::1]x", "[evil]", "our.name.evil", "127.0.0.1.evil", "user@localhost"})
    QTest::addRow("not %s", host) << QByteArray(host) << false;
}

void TestHttp::onlyOurOwnHostNamesAreAnswered() {
  QFETCH(QByteArray, host);
  QFETCH(bool, is_allowed);
  const std::string names[] = {"our.name"};
  QCOMPARE(is_host_allowed(host.toStdString(), names), is_allowed);
}

void TestHttp::queriesAndCookiesAreFound() {
  QCOMPARE(query_value("a=1&agents=x%2Cy&b", "agents").value(), std::string("x,y"));
  QCOMPARE(query_value("a=1&b", "b").value(), std::string());
  QVERIFY(!query_value("ab=1", "b"));
  QVERIFY(!query_value("b=%4", "b"));
  QVERIFY(!query_value("b=%xy", "b"));
  QCOMPARE(std::string(cookie_value("x=1; coder_session_token=t; y=2", "coder_session_token")), std::string("t"));
  QCOMPARE(std::string(cookie_value("xcoder_session_token=t", "coder_session_token")), std::string());
}

void TestHttp::anArrayIsGoldenToTheByte() {
  sql::MetadataRow cpu, never;
  cpu.key = "cpu";
  cpu.display_name = "CPU";
  cpu.script = "top -bn1";
  cpu.interval = 10;
  cpu.timeout = 1;
  cpu.value = "12 %";
  cpu.collected_at = at("2025-12-22T10:00:00.123456Z");
  never.key = "mem";
  never.display_name = "<Mem>";
  never.collected_at = at("0001-01-01T00:00:00Z");
  const sql::MetadataRow rows[] = {cpu, never};
  QCOMPARE(
      metadata_json(rows, at("2025-12-22T10:00:03.2Z")),
      std::string(
          R"([{"result":{"collected_at":"2025-12-22T10:00:00.123456Z","age":3,"value":"12 %","error":""},)"
          R"("description":{"display_name":"CPU","key":"cpu","script":"top -bn1","interval":10,"timeout":1}},)"
          R"({"result":{"collected_at":"0001-01-01T00:00:00Z","age":9223372036,"value":"","error":""},)"
          R"("description":{"display_name":"\u003cMem\u003e","key":"mem","script":"","interval":0,"timeout":0}}])"));
  QCOMPARE(metadata_json({}, at("2025-12-22T10:00:03Z")), std::string("[]"));
}

void TestHttp::agesAreWholeSeconds_data() {
  QTest::addColumn<QByteArray>("then");
  QTest::addColumn<QByteArray>("age");
  QTest::newRow("now") << QByteArray("2026-01-01T00:00:10Z") << QByteArray("\"age\":0,");
  QTest::newRow("nearly one") << QByteArray("2026-01-01T00:00:09.000001Z") << QByteArray("\"age\":0,");
  QTest::newRow("one") << QByteArray("2026-01-01T00:00:09Z") << QByteArray("\"age\":1,");
  QTest::newRow("ahead") << QByteArray("2026-01-01T00:00:12.5Z") << QByteArray("\"age\":-2,");
  QTest::newRow("292 years") << QByteArray("1733-09-22T00:12:54Z") << QByteArray("\"age\":9223372036,");
  QTest::newRow("a second less") << QByteArray("1733-09-22T00:12:55Z") << QByteArray("\"age\":9223372035,");
}

void TestHttp::agesAreWholeSeconds() {
  QFETCH(QByteArray, then);
  QFETCH(QByteArray, age);
  sql::MetadataRow row;
  row.collected_at = at(then.constData());
  const std::string json = metadata_json({&row, 1}, at("2026-01-01T00:00:10Z"));
  QVERIFY2(json.find(age.toStdString()) != std::string::npos, json.c_str());
}

void TestHttp::aBodyIsReadOrAReasonIsGiven_data() {
  QTest::addColumn<QByteArray>("body");
  QTest::addColumn<int>("items");
  QTest::addColumn<QByteArray>("error");
  const auto row = [](const char* name, const char* body, int items, const char* error) {
    QTest::newRow(name) << QByteArray(body) << items << QByteArray(error);
  };
  row("an agent's",
      R"({"metadata":[{"key":"cpu","collected_at":"2026-01-01T00:00:00Z","age":0,"value":"1","error":""}]})", 1, "");
  row("nothing", R"({})", 0, "");
  row("null", R"({"metadata":null})", 0, "");
  row("empty", R"({"metadata":[]})", 0, "");
  row("unknown members", R"({"x":[1,{}],"metadata":[{"key":"a","y":null}]})", 1, "");
  row("null value", R"({"metadata":[{"key":"a","value":null}]})", 1, "");
  row("a huge age", R"({"metadata":[{"key":"a","age":99999999999999999999999}]})", 1, "");
  row("not UTF-8", "{\"metadata\":[{\"key\":\"a\",\"value\":\"\xFF\"}]}", 1, "");
  row("an array", R"([])", 0, "The body is not an object.");
  row("no array", R"({"metadata":{}})", 0, "metadata is not an array.");
  row("no object", R"({"metadata":[{"key":"a"},7]})", 0, "metadata[1] is not an object.");
  row("a number", R"({"metadata":[{"key":"a","value":7}]})", 0, "metadata[0].value is not a string.");
  row("a list for a key", R"({"metadata":[{"key":["a"]}]})", 0, "metadata[0].key is not a string.");
  row("an object for an error", R"({"metadata":[{},{"error":{}}]})", 0, "metadata[1].error is not a string.");
}

void TestHttp::aBodyIsReadOrAReasonIsGiven() {
  QFETCH(QByteArray, body);
  QFETCH(int, items);
  QFETCH(QByteArray, error);
  ReportReader reader;
  QCOMPARE(static_cast<int>(reader.read_list(body.toStdString()).size()), items);
  QCOMPARE(QByteArray::fromStdString(reader.error()), error);
}

void TestHttp::aBodyCutAnywhereIsAnError() {
  const std::string body = R"({"metadata":[{"key":"cpu","value":"12 %","error":""}]})";
  ReportReader reader;
  for (std::size_t size = 0; size < body.size(); ++size) {
    QVERIFY(reader.read_list(body.substr(0, size)).empty());
    QVERIFY2(!reader.error().empty(), body.substr(0, size).c_str());
  }
  QCOMPARE(reader.read_list(body).size(), std::size_t{1});
  const auto one = reader.read_one("k", R"({"value":"v","error":"e"})");
  QCOMPARE(std::string(one[0].key) + std::string(one[0].value) + std::string(one[0].error), std::string("kve"));
}

void TestHttp::aTokenLeadsToItsAgentOnly() {
  AgentDirectory directory;
  Uuid agent, token, other;
  agent.bytes[0] = 1;
  token.bytes[0] = 2;
  other.bytes[15] = 3;
  QVERIFY(!directory.is_loaded() && !directory.agent_of(token));
  const sql::AgentToken known[] = {{agent, token}};
  directory.replace(known);
  QVERIFY(directory.is_loaded() && directory.knows(agent) && !directory.knows(token));
  QCOMPARE(directory.agent_of(token).value(), agent);
  QVERIFY(!directory.agent_of(agent) && !directory.agent_of(other));
  directory.replace({});
  QVERIFY(!directory.agent_of(token) && !directory.knows(agent));
  QVERIFY(are_equal_in_constant_time("abc", "abc") && !are_equal_in_constant_time("abc", "abd"));
  QVERIFY(!are_equal_in_constant_time("abc", "ab") && !are_equal_in_constant_time("xbc", "abc"));
}

void TestHttp::bearerTokensAreFound() {
  QCOMPARE(bearer_token("Bearer abc"), std::string_view("abc"));
  QCOMPARE(bearer_token("bEARER   a b"), std::string_view("a b"));
  for (const char* const other : {"", "Bearer", "Bearer ", "Bearerabc", "Basic abc", "abc", "Bear"})
    QCOMPARE(bearer_token(other), std::string_view());
}

void TestHttp::shortWatchTokensAreRefused() {
  QTemporaryDir folder;
  const auto write = [&](const char* text) {
    QFile file(folder.filePath("t"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
  };
  FileTokens tokens;
  const std::string name = folder.filePath("t").toStdString();
  QVERIFY(tokens.read(name).find("cannot be read") != std::string::npos);
  write("0123456789abcdef\r\n");
  QCOMPARE(tokens.read(name), std::string());
  QVERIFY(tokens.admits("0123456789abcdef") && !tokens.admits("0123456789abcdeg") && !tokens.admits(""));
  QVERIFY(tokens.are_given());
  write("0123456789abcdef\n\nshort\n");
  QVERIFY(tokens.read(name).find("line 3, column 1: ") != std::string::npos);
  QVERIFY(tokens.admits("0123456789abcdef"));
}

void TestHttp::floodsAreLoggedOnceInAWhile_data() {
  QTest::addColumn<bool>("is_json");
  QTest::addColumn<QByteArray>("lines");
  QTest::newRow("logfmt")
      << false
      << QByteArray(
             "level=warning event=guess token=0\nlevel=error event=\"no room\" why=\"a \\\"b\\\"\"\n"
             "level=warning event=guess suppressed=999\n");
  QTest::newRow("json") << true
                        << QByteArray(
                               "\"level\":\"warning\",\"event\":\"guess\",\"token\":\"0\"}\n"
                               "\"level\":\"error\",\"event\":\"no room\",\"why\":\"a \\\"b\\\"\"}\n"
                               "\"level\":\"warning\",\"event\":\"guess\",\"suppressed\":\"999\"}\n");
}

void TestHttp::floodsAreLoggedOnceInAWhile() {
  QFETCH(bool, is_json);
  QFETCH(QByteArray, lines);
  const QByteArray said = said_by(is_json ? Log::Form::json : Log::Form::logfmt, [](Log& log) {
    for (int i = 0; i < 1000; ++i) log.limited(Log::Level::warning, "guess", {{"token", std::to_string(i)}});
    log.limited(Log::Level::error, "no room", {{"why", "a \"b\""}});
    log.log_suppressed();  // it may go on
    log.log_suppressed(true);
    log.log_suppressed(true);  // it was logged
  });
  QByteArray without_times;
  for (const QByteArray& line : said.split('\n'))
    if (!line.isEmpty()) without_times += line.mid(line.indexOf(is_json ? "\"level" : "level=")) + '\n';
  QCOMPARE(without_times, lines);
}

void TestHttp::whatIsNoFloodIsAlwaysLogged() {
  const QByteArray said = said_by(Log::Form::logfmt, [](Log& log) {
    for (int i = 0; i < 3; ++i) {
      log.info("reloaded");
      log.error("not reloaded");
    }
  });
  QCOMPARE(said.count("event=reloaded\n"), 3);
  QCOMPARE(said.count("event=\"not reloaded\"\n"), 3);
}

void TestHttp::aLogThatNobodyReadsDelaysNobody() {
  int ends[2];
  QCOMPARE(::pipe(ends), 0);
  Log log(Log::Form::logfmt, ends[1]);
  std::vector<std::string> events;
  for (int i = 0; i < 2000; ++i) events.push_back(std::string(200, 'x') + std::to_string(i));
  for (const std::string& event : events) log.info(event);
  QVERIFY(log.lost() > 1000);
  ::close(ends[0]);
  ::close(ends[1]);
}

QTEST_GUILESS_MAIN(TestHttp)
#include "tst_http.moc"
