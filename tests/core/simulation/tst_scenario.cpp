// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <set>

#include "metabatch/simulation/scenario.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

namespace {

QString text(std::string_view from) { return QString::fromUtf8(from.data(), static_cast<qsizetype>(from.size())); }

/// A number as the text of a field.
std::string told(const ScenarioField& field, std::int64_t number) {
  if (field.kind == FieldKind::duration) return format_duration(Duration(number));
  if (field.kind == FieldKind::share) return std::to_string(number) + "ppm";
  if (field.kind == FieldKind::choice) return std::string(field.choices[static_cast<std::size_t>(number)]);
  return std::to_string(number);
}

std::size_t index_of(std::string_view name) {
  const auto fields = scenario_fields();
  return static_cast<std::size_t>(
      std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.name == name; }) -
      fields.begin());
}

}  // namespace

class TstScenario : public QObject {
  Q_OBJECT
 private slots:
  void everyFieldHasNamesOfItsOwnAndASentence();
  void everyFieldReadsWhatItWrites();
  void everyFieldTakesItsBoundsAndNothingBeyond();
  void aFieldIsFoundByNameAndByFlag();
  void textsAreRead_data();
  void textsAreRead();
  void badTextsAreRefused_data();
  void badTextsAreRefused();
  void aRefusedTextChangesNothing();
  void changedFieldsSetTheSameScenario();
  void defaultJitterFollowsTheInterval();
  void validationFillsInDefaultsAndPutsListsInOrder();
  void windowsThatTouchAreJoined();
  void impossibleScenariosAreRefused_data();
  void impossibleScenariosAreRefused();
  void refusalsPrintNumbersWithCommas();
  void theSettingsOfAScenarioAreJudgedToo();
  void aChangeThatIsImpossibleLaterIsRefused();
  void mostAgentsFollowsTheChanges();
};

void TstScenario::everyFieldHasNamesOfItsOwnAndASentence() {
  std::set<std::string_view> names, flags;
  for (const ScenarioField& field : scenario_fields()) {
    QVERIFY2(names.insert(field.name).second, field.name.data());
    QVERIFY2(flags.insert(field.flag).second, field.flag.data());
    QVERIFY2(field.help.size() > 10 && field.help.back() == '.', field.name.data());
    QVERIFY(std::count(field.name.begin(), field.name.end(), '.') <= 2);
    QCOMPARE(field.is_setting, field.name == field.flag && field.name != "seed" && field.name != "replicas" &&
                                   field.name != "sample-every");
    QCOMPARE(field.choices.empty(), field.kind != FieldKind::choice);
    QCOMPARE(field.list == ListKind::none, field.kind != FieldKind::list);
  }
  for (const std::string_view name : names)
    QVERIFY2(!flags.contains(name) || find_field(name)->flag == name, name.data());
}

void TstScenario::everyFieldReadsWhatItWrites() {
  for (const ScenarioField& field : scenario_fields()) {
    const Scenario standard;
    Scenario scenario;
    QVERIFY2(set_field(scenario, field.name, field_text(standard, field.name)).has_value(), field.name.data());
    QCOMPARE(*validated(scenario) == *validated(standard), true);  // the error of the jitter names its cause
  }
}

void TstScenario::everyFieldTakesItsBoundsAndNothingBeyond() {
  for (const ScenarioField& field : scenario_fields()) {
    if (field.kind == FieldKind::list) continue;
    for (const std::int64_t number : {field.least, field.most}) {
      Scenario scenario;
      QVERIFY2(set_field(scenario, field.name, told(field, number)).has_value(), field.name.data());
      Scenario again;
      QVERIFY(set_field(again, field.flag, field_text(scenario, field.name)).has_value());
      QVERIFY2(again == scenario, field.name.data());
    }
    if (field.kind == FieldKind::choice || field.name == "seed") continue;
    Scenario scenario;
    QCOMPARE(set_field(scenario, field.name, told(field, field.most + 1)).error().code, Errc::field_too_large);
    if (field.least > 0)
      QCOMPARE(set_field(scenario, field.name, told(field, field.least - 1)).error().code, Errc::field_too_small);
  }
}

void TstScenario::aFieldIsFoundByNameAndByFlag() {
  QCOMPARE(find_field("fleet.agents"), find_field("agents"));
  QCOMPARE(find_field("batch_size"), find_field("batch-size"));
  QCOMPARE(find_field("duration"), find_field("for"));
  QVERIFY(find_field("fleet") == nullptr);
  QVERIFY(find_field("") == nullptr);
  Scenario scenario;
  QCOMPARE(set_field(scenario, "fleet.agent", "1").error().code, Errc::field_unknown);
  QCOMPARE(field_text(scenario, "nothing"), std::string());
}

void TstScenario::textsAreRead_data() {
  QTest::addColumn<QString>("field");
  QTest::addColumn<QString>("asked");
  QTest::addColumn<QString>("reads");
  QTest::newRow("number") << "agents"
                          << "1200"
                          << "1200";
  QTest::newRow("blanks around") << "agents"
                                 << "  12\t"
                                 << "12";
  QTest::newRow("duration") << "every"
                            << "90s"
                            << "1m30s";
  QTest::newRow("percent") << "late"
                           << "5%"
                           << "5%";
  QTest::newRow("percent with a blank") << "late"
                                        << "5 %"
                                        << "5%";
  QTest::newRow("percent with digits") << "late"
                                       << "0.0125%"
                                       << "0.0125%";
  QTest::newRow("fraction") << "late"
                            << "0.05"
                            << "5%";
  QTest::newRow("smallest fraction") << "late"
                                     << "0.000001"
                                     << "0.0001%";
  QTest::newRow("whole") << "late"
                         << "1"
                         << "100%";
  QTest::newRow("per million") << "late"
                               << "1250ppm"
                               << "0.125%";
  QTest::newRow("choice") << "start"
                          << "together"
                          << "together";
  QTest::newRow("choice with a dash") << "schedule"
                                      << "after-flush"
                                      << "after_flush";
  QTest::newRow("empty list") << "outage"
                              << ""
                              << "";
  QTest::newRow("windows") << "outage"
                           << "60s+30s, 5m + 1m"
                           << "1m+30s,5m+1m";
  QTest::newRow("fleet changes") << "fleet-change"
                                 << "10m+200,20m-100"
                                 << "10m+200,20m-100";
  QTest::newRow("setting changes") << "change"
                                   << "10m : batch_size = 5000"
                                   << "10m:batch-size=5000";
  QTest::newRow("failure class") << "failure-class"
                                 << "permission"
                                 << "permission";
  QTest::newRow("number with commas") << "queue-capacity"
                                      << "1,100,000"
                                      << "1100000";
  QTest::newRow("bytes with a unit") << "batch-bytes"
                                     << " 16 MiB "
                                     << "16777216";
  QTest::newRow("bytes with a unit and commas") << "queue-bytes"
                                                << "1,024KiB"
                                                << "1048576";
}

void TstScenario::textsAreRead() {
  QFETCH(QString, field);
  QFETCH(QString, asked);
  QFETCH(QString, reads);
  Scenario scenario;
  const auto set = set_field(scenario, field.toStdString(), asked.toStdString());
  QVERIFY(set.has_value());
  QCOMPARE(text(field_text(scenario, field.toStdString())), reads);
}

void TstScenario::badTextsAreRefused_data() {
  QTest::addColumn<QString>("field");
  QTest::addColumn<QString>("asked");
  QTest::addColumn<Errc>("code");
  QTest::addColumn<int>("at");
  QTest::newRow("no number") << "agents"
                             << "many" << Errc::field_unreadable << 0;
  QTest::newRow("empty") << "agents"
                         << "" << Errc::field_unreadable << 0;
  QTest::newRow("rest behind") << "agents"
                               << " 12x" << Errc::field_unreadable << 3;
  QTest::newRow("negative") << "agents"
                            << "-1" << Errc::field_too_small << 0;
  QTest::newRow("too many digits") << "agents"
                                   << "99999999999999999999" << Errc::field_too_large << 0;
  QTest::newRow("misplaced comma") << "queue-capacity"
                                   << "10,00" << Errc::field_unreadable << 1;
  QTest::newRow("leading comma") << "queue-capacity"
                                 << ",100" << Errc::field_unreadable << 0;
  QTest::newRow("no number between commas") << "queue-capacity"
                                            << "1,0x0" << Errc::field_unreadable << 3;
  QTest::newRow("a unit of bytes for a count") << "queue-capacity"
                                               << "1 MiB" << Errc::field_unreadable << 1;
  QTest::newRow("a unit without a number") << "batch-bytes"
                                           << "MiB" << Errc::field_unreadable << 0;
  QTest::newRow("more bytes than there can be") << "batch-bytes"
                                                << "999999999999 GiB" << Errc::field_too_large << 0;
  QTest::newRow("no unit") << "every"
                           << "10" << Errc::field_unreadable << 2;
  QTest::newRow("negative time") << "every"
                                 << "-5s" << Errc::field_too_small << 0;
  QTest::newRow("share above all") << "late"
                                   << "101%" << Errc::field_too_large << 0;
  QTest::newRow("share too fine") << "late"
                                  << "0.0000001" << Errc::field_unreadable << 8;
  QTest::newRow("share of nothing") << "late"
                                    << "%" << Errc::field_unreadable << 0;
  QTest::newRow("share with a sign") << "late"
                                     << "-5%" << Errc::field_unreadable << 0;
  QTest::newRow("unknown choice") << "queue"
                                  << "lifo" << Errc::field_unreadable << 0;
  QTest::newRow("window without length") << "outage"
                                         << "5m+1m,60s" << Errc::field_unreadable << 9;
  QTest::newRow("bad begin in a list") << "outage"
                                       << "5m+1m, x+1s" << Errc::field_unreadable << 7;
  QTest::newRow("empty item") << "outage"
                              << "5m+1m,,6m+1m" << Errc::field_unreadable << 6;
  QTest::newRow("change without agents") << "fleet-change"
                                         << "10m+" << Errc::field_unreadable << 4;
  QTest::newRow("change of no setting") << "change"
                                        << "1m:agents=5" << Errc::field_unreadable << 3;
  QTest::newRow("change without a value") << "change"
                                          << "1m:interval" << Errc::field_unreadable << 11;
  QTest::newRow("change to nonsense") << "change"
                                      << "1m:interval=soon" << Errc::field_unreadable << 12;
}

void TstScenario::badTextsAreRefused() {
  QFETCH(QString, field);
  QFETCH(QString, asked);
  QFETCH(Errc, code);
  QFETCH(int, at);
  Scenario scenario;
  const auto set = set_field(scenario, field.toStdString(), asked.toStdString());
  QVERIFY(!set.has_value());
  QCOMPARE(set.error().code, code);
  QCOMPARE(set.error().at, static_cast<std::size_t>(at));
  QVERIFY(scenario == Scenario{});
  const std::string said = describe(set.error(), field.toStdString(), asked.toStdString());
  QVERIFY2(said.find(find_field(field.toStdString())->name) == 0, said.c_str());
}

void TstScenario::aRefusedTextChangesNothing() {
  Scenario scenario;
  QVERIFY(set_field(scenario, "outage", "1m+1m").has_value());
  const Scenario before = scenario;
  QVERIFY(!set_field(scenario, "outage", "2m+1m,oops").has_value());
  QVERIFY(!set_field(scenario, "keys", "10000").has_value());
  QVERIFY(scenario == before);
}

void TstScenario::changedFieldsSetTheSameScenario() {
  Scenario scenario;
  for (const auto& [name, value] : {std::pair{"agents", "10"},
                                    {"every", "4s"},
                                    {"queue", "fifo"},
                                    {"slow", "1m+1m"},
                                    {"change", "1m:interval=1s"},
                                    {"late", "1.5%"}})
    QVERIFY(set_field(scenario, name, value).has_value());
  const auto fields = changed_fields(scenario);
  QCOMPARE(fields.size(), std::size_t{6});
  Scenario again;
  for (const FieldText& field : fields) QVERIFY(set_field(again, field.name, field.text).has_value());
  QVERIFY(again == scenario);
  QVERIFY(changed_fields(Scenario{}).empty());
  scenario.fleet.jitter = {};
  QCOMPARE(changed_fields(scenario).size(), std::size_t{7});
}

void TstScenario::defaultJitterFollowsTheInterval() {
  Scenario scenario;
  QCOMPARE(scenario.fleet.start, StartPhase::random);
  QCOMPARE(validated(scenario).value()->fleet.jitter, Duration(200ms));
  QVERIFY(set_field(scenario, "every", "4s").has_value());
  QCOMPARE(field_text(scenario, "fleet.jitter"), std::string("80ms"));
  QCOMPARE(validated(scenario).value()->fleet.jitter, Duration(80ms));
  QVERIFY(set_field(scenario, "jitter", "0").has_value());
  QCOMPARE(validated(scenario).value()->fleet.jitter, Duration{});
}

void TstScenario::validationFillsInDefaultsAndPutsListsInOrder() {
  Scenario scenario;
  scenario.fleet.changes = {{20s, 5}, {10s, -5}};
  scenario.changes = {{9s, "interval", "2s"}, {3s, "interval", "1s"}};
  const auto valid = validated(scenario);
  QVERIFY(valid.has_value());
  QCOMPARE(valid.value()->config.batch_size, std::int64_t{500});
  QCOMPARE(valid.value()->config.interval, Duration(5s));
  QVERIFY(valid.value().config() == ValidConfig());
  QCOMPARE(valid.value()->fleet.changes.front().agents, std::int64_t{-5});
  QCOMPARE(valid.value()->changes.front().text, std::string("1s"));
  QVERIFY(*validated(*valid) == *valid);
}

void TstScenario::windowsThatTouchAreJoined() {
  Scenario scenario;
  scenario.store.outages = {{50s, 10s}, {10s, 10s}, {20s, 5s}, {12s, 2s}, {30s, 0s}};
  const auto valid = validated(scenario);
  QCOMPARE(field_text(*valid, "outage"), std::string("10s+15s,50s+10s"));
}

void TstScenario::impossibleScenariosAreRefused_data() {
  QTest::addColumn<QString>("fields");
  QTest::addColumn<QString>("blamed");
  QTest::addColumn<Errc>("code");
  QTest::newRow("p99 below p50") << "latency-p50=5ms latency-p99=4ms"
                                 << "store.latency.p99" << Errc::field_too_small;
  QTest::newRow("jitter over interval") << "every=5s jitter=6s"
                                        << "fleet.jitter" << Errc::field_too_large;
  QTest::newRow("values") << "value-bytes-least=30"
                          << "fleet.value-bytes-most" << Errc::field_too_small;
  QTest::newRow("never back") << "stay=1m"
                              << "fleet.away" << Errc::field_too_small;
  QTest::newRow("away a moment") << "stay=1m away=999ms"
                                 << "fleet.away" << Errc::field_too_small;
  QTest::newRow("stays a moment") << "stay=999ms away=1m"
                                  << "fleet.stay" << Errc::field_too_small;
  QTest::newRow("samples") << "sample-every=999us"
                           << "sample-every" << Errc::field_too_small;
  QTest::newRow("bursts") << "burst-every=999us"
                          << "fleet.burst-every" << Errc::field_too_small;
  QTest::newRow("rows") << "agents=100000 keys=168"
                        << "fleet.keys" << Errc::field_too_large;
  QTest::newRow("rows of joiners") << "agents=1 keys=168 fleet-change=1m+100000"
                                   << "fleet.keys" << Errc::field_too_large;
  QTest::newRow("too many joiners") << "keys=1 fleet-change=1m+1000001"
                                    << "fleet.changes" << Errc::field_too_large;
}

void TstScenario::impossibleScenariosAreRefused() {
  QFETCH(QString, fields);
  QFETCH(QString, blamed);
  QFETCH(Errc, code);
  Scenario scenario;
  for (const QString& field : fields.split(' ')) {
    const QStringList pair = field.split('=');
    QVERIFY(set_field(scenario, pair[0].toStdString(), pair[1].toStdString()).has_value());
  }
  const auto valid = validated(scenario);
  QVERIFY(!valid.has_value());
  QCOMPARE(valid.error().code, code);
  QCOMPARE(valid.error().at, index_of(blamed.toStdString()));
  const std::string said = describe(valid.error(), scenario);
  QVERIFY2(said.find(blamed.toStdString()) == 0 && said.find("possible is") != said.npos, said.c_str());
}

void TstScenario::refusalsPrintNumbersWithCommas() {
  Scenario scenario;
  scenario.fleet.agents = 1'000'001;
  QCOMPARE(describe(validated(scenario).error(), scenario),
           std::string("fleet.agents is too large: asked for 1,000,001, possible is 0 to 1,000,000."));
}

void TstScenario::theSettingsOfAScenarioAreJudgedToo() {
  Scenario scenario;
  scenario.config.queue_capacity = 10;
  const auto valid = validated(scenario);
  QCOMPARE(valid.error().code, Errc::setting_too_small);
  QCOMPARE(describe(valid.error(), scenario), describe(valid.error(), scenario.config));
}

void TstScenario::aChangeThatIsImpossibleLaterIsRefused() {
  Scenario scenario;
  QVERIFY(set_field(scenario, "change", "1m:queue-capacity=600,2m:batch-size=700").has_value());
  QCOMPARE(validated(scenario).error().code, Errc::setting_too_small);
  scenario.changes = {{1s, "agents", "5"}};
  QCOMPARE(validated(scenario).error().code, Errc::field_unreadable);
  QVERIFY(describe(validated(scenario).error(), scenario).find("1s:agents=5") != std::string::npos);
}

void TstScenario::mostAgentsFollowsTheChanges() {
  Fleet fleet;
  fleet.agents = 10;
  QCOMPARE(most_agents(fleet), std::int64_t{10});
  fleet.changes = {{1s, -20}, {2s, 30}, {3s, -5}, {4s, 4}};
  QCOMPARE(most_agents(fleet), std::int64_t{30});
}

QTEST_GUILESS_MAIN(TstScenario)
#include "tst_scenario.moc"
