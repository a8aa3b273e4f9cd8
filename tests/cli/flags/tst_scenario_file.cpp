// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/scenario_file.hpp"
#include "cli/terminal/terminal.hpp"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <iterator>

#include "cli/flags/arguments.hpp"

using namespace metabatch;
using namespace metabatch::cli;
using namespace std::chrono_literals;

class TestScenarioFile : public QObject {
  Q_OBJECT
 private slots:
  void everyScenarioIsReadAndDescribed();
  void aFieldOfEachKindIsRead();
  void anEmptyFileIsTheDefault();
  void errorsNameTheirPosition_data();
  void errorsNameTheirPosition();
  void aNameNobodyKnowsIsGuessed();
  void aPathIsReadAsAFile();
  void missingFilesAreReported();
  void theDocumentHasEveryField();
};

namespace {
std::string failure_of(const std::string& text) {
  try {
    (void)read_scenario({"x.toml", text});
  } catch (const UsageError& error) {
    return error.what();
  }
  return "nothing";
}
}  // namespace

void TestScenarioFile::everyScenarioIsReadAndDescribed() {
  const auto listed = listed_scenarios();
  QVERIFY(listed.size() >= 8);
  for (const ListedScenario& one : listed) {
    QVERIFY2(one.about.size() > 20 && one.about.ends_with('.'), one.name.data());
    QVERIFY2(one.about.find("SPDX") == one.about.npos, one.name.data());
    const Scenario scenario = read_scenario(find_scenario(std::string(one.name)));
    QVERIFY2(validated(scenario).has_value(), one.name.data());
  }
}

void TestScenarioFile::aFieldOfEachKindIsRead() {
  const Scenario scenario = read_scenario({"x.toml", R"(
    batch_size = 250
    duration = "90s"
    changes = ["1m:batch-size=5000"]
    [fleet]
    agents = 7
    start = "together"
    late = 0.05
    duplicates = "2.5%"
    unchanged = 1
    changes = ["10m+200", "20m-100"]
    [store]
    latency.p50 = "8s"
    latency.p99 = "9s"
    outages = ["60s+30s", "10m+1m"])"});
  QCOMPARE(scenario.config.batch_size, 250);
  QCOMPARE(scenario.duration.count(), Duration(90s).count());
  QCOMPARE(scenario.changes.size(), std::size_t{1});
  QCOMPARE(scenario.fleet.agents, 7);
  QVERIFY(scenario.fleet.start == StartPhase::together);
  QCOMPARE(scenario.fleet.late, 50'000U);
  QCOMPARE(scenario.fleet.duplicates, 25'000U);
  QCOMPARE(scenario.fleet.unchanged, 1'000'000U);
  QVERIFY((scenario.fleet.changes == std::vector<FleetChange>{{10min, 200}, {20min, -100}}));
  QCOMPARE(scenario.store.latency.p50.count(), Duration(8s).count());
  QVERIFY((scenario.store.outages == std::vector<Window>{{60s, 30s}, {10min, 1min}}));
}

void TestScenarioFile::anEmptyFileIsTheDefault() { QVERIFY(read_scenario({"x.toml", ""}) == Scenario{}); }

void TestScenarioFile::errorsNameTheirPosition_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QList<QByteArray>>("said");
  const auto row = [](const char* name, const char* text, QList<QByteArray> said) {
    QTest::newRow(name) << QByteArray(text) << said;
  };
  row("no TOML", "seed = 1\nduration = ", {"x.toml:2:"});
  row("a text that does not end", "queue = \"fifo", {"x.toml:1:"});
  row("set twice", "seed = 1\nseed = 2", {"x.toml:2:", "seed"});
  row("set twice, by two spellings", "batch-size = 1\nbatch_size = 2", {"x.toml:2:1:", "batch-size", "twice"});
  row("unknown key", "[fleet]\nagent = 5", {"x.toml:2:1:", "fleet.agent", "did you mean fleet.agents?", "keys, every"});
  row("unknown key at the top", "nonsense-of-mine = 5", {"x.toml:1:1:", "nonsense-of-mine", "batch-size"});
  row("a flag is not a key", "for = \"5s\"", {"x.toml:1:1:", "for"});
  row("unknown section", "[agents]\nnumber = 5", {"x.toml:1:2:", "agents", "[fleet], [store]"});
  row("a section in place of a field", "[fleet.agents]\nx = 1", {"x.toml:1:", "fleet.agents", "a section"});
  row("text for a number", "[fleet]\n  agents = \"many\"", {"x.toml:2:12:", "fleet.agents", "a whole number"});
  row("fraction for a number", "[fleet]\nagents = 1.5", {"x.toml:2:10:", "with a fraction"});
  row("number for a time", "interval = 5", {"x.toml:1:12:", "interval", "\"5s\""});
  row("text that is no time", "interval = \"soon\"", {"x.toml:1:12:", "interval", "soon"});
  row("truth for a share", "[fleet]\nlate = true", {"x.toml:2:8:", "true or false", "\"5%\""});
  row("share above one", "[fleet]\nlate = 1.5", {"x.toml:2:8:", "fleet.late", "100%"});
  row("share too fine", "[fleet]\nlate = 0.0000001", {"x.toml:2:8:", "fleet.late"});
  row("text for a list", "[store]\noutages = \"1m+1m\"", {"x.toml:2:11:", "store.outages", "[\"60s+30s\"]"});
  row("number in a list", "[store]\noutages = [60]", {"x.toml:2:12:", "store.outages"});
  row("no window", "[store]\noutages = [\"60s\"]", {"x.toml:2:11:", "store.outages"});
  row("no such choice", "queue = \"lifo\"", {"x.toml:1:9:", "queue", "lifo", "coalesce, fifo"});
  row("what a terminal obeys", "queue = \"\\u001b[2J\"", {"x.toml:1:9:", "\\u001b[2J"});
  row("a date", "seed = 2026-01-01", {"x.toml:1:8:", "a date"});
  row("below the least", "[fleet]\nkeys = 0", {"x.toml:2:8:", "fleet.keys", "1 to"});
  row("above the most", "[fleet]\nagents = 2000000", {"x.toml:2:10:", "fleet.agents", "1,000,000"});
  row("does not go with another", "[store.latency]\np50 = \"5s\"\np99 = \"1s\"",
      {"x.toml:3:1:", "store.latency.p99", "store.latency.p50"});
  row("does not go with a default", "[fleet]\njitter = \"11s\"", {"x.toml:2:1:", "fleet.jitter"});
  row("a setting that cannot be", "\nbatch-size = 5000\nqueue-capacity = 10", {"x.toml:3:1:", "queue_capacity"});
  row("a change that cannot be", "changes = [\"1m:queue-capacity=10\"]", {"x.toml:1:", "queue_capacity"});
}

void TestScenarioFile::errorsNameTheirPosition() {
  QFETCH(QByteArray, text);
  QFETCH(QList<QByteArray>, said);
  const std::string failure = visible(failure_of(text.toStdString()), Layout::one_line);  // as a message
  for (const QByteArray& words : said) QVERIFY2(failure.find(words.toStdString()) != failure.npos, failure.c_str());
}

void TestScenarioFile::aNameNobodyKnowsIsGuessed() {
  try {
    (void)find_scenario("headlines");
    QFAIL("found");
  } catch (const UsageError& error) {
    const std::string text = error.what();
    QVERIFY2(text.find("did you mean headline?") != text.npos, text.c_str());
    QVERIFY2(text.find("three-replicas") != text.npos, text.c_str());
  }
}

void TestScenarioFile::aPathIsReadAsAFile() {
  const QTemporaryDir folder;
  const std::string path = folder.filePath("mine.toml").toStdString();
  std::ofstream(path) << "[fleet]\nagents = 3\n";
  const ScenarioText found = find_scenario(path);
  QCOMPARE(found.shown, path);
  QCOMPARE(read_scenario(found).fleet.agents, 3);
}

void TestScenarioFile::missingFilesAreReported() {
  for (const char* path : {"/no/such.toml", "/"}) QVERIFY_EXCEPTION_THROWN((void)find_scenario(path), UsageError);
  const QTemporaryDir folder;
  const std::string path = folder.filePath("large.toml").toStdString();
  std::ofstream(path) << std::string((1U << 20) + 1, '#');
  QVERIFY_EXCEPTION_THROWN((void)find_scenario(path), UsageError);
}

/// docs/scenario-format.md contains the table of the fields; this function makes its rows.
void TestScenarioFile::theDocumentHasEveryField() {
  constexpr const char* kKinds[] = {"integer", "time", "share", "choice", "list"};
  std::ifstream file(METABATCH_SOURCE_DIR "/docs/scenario-format.md");
  const std::string document(std::istreambuf_iterator<char>(file), {});
  for (const ScenarioField& field : scenario_fields()) {
    std::string standard = field_text(Scenario{}, field.name);
    if (field.kind == FieldKind::choice) {
      standard += " of";
      for (const std::string_view choice : field.choices) standard.append(" ").append(choice);
    }
    std::string row = "| `" + std::string(field.name) + "` | " + kKinds[static_cast<int>(field.kind)] + " | ";
    row.append(standard).append(" | ").append(field.help).append(" | `--").append(field.flag).append("` |\n");
    QVERIFY2(document.find(row) != document.npos, ("the row is missing: " + row).c_str());
  }
}

QTEST_GUILESS_MAIN(TestScenarioFile)
#include "tst_scenario_file.moc"
