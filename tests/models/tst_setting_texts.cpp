// SPDX-License-Identifier: Apache-2.0
#include "models/setting_texts.hpp"

#include <QTest>

#include "models/words.hpp"

using namespace metabatch;
using namespace metabatch::models;
using namespace std::chrono_literals;

class TestSettingTexts : public QObject {
  Q_OBJECT
 private slots:
  void durationsAreRead_data();
  void durationsAreRead();
  void otherTextsAreRefused();
  void whatIsPrintedIsReadBack();
  void settingsGetTheTextThatTheyRead();
  void whatAFieldShowsIsReadBack();
};

void TestSettingTexts::durationsAreRead_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<qlonglong>("nanoseconds");
  const auto row = [](const char* text, Duration duration) {
    QTest::newRow(text) << QString::fromUtf8(text) << static_cast<qlonglong>(duration.count());
  };
  row("5s", 5s);
  row("1m30s", 90s);
  row("0", 0s);
  row("250ms", 250ms);
  row("1.5s", 1500ms);
  row(" 5 s ", 5s);
  row("1 min 30 s", 90s);
  row("2 h 5 min", 2h + 5min);
  row("280 ms", 280ms);
  row("4 µs", 4us);
  row("90 seconds", 90s);
  row("1 minute", 1min);
  row("5 Sekunden", 5s);
  row("5 Sek.", 5s);
  row("1 Std. 30 Min.", 90min);
  row("1 Stunde 1 Minute", 61min);
  row("2 Tage", 48h);
  row("1,5 s", 1500ms);
  row("0,25 Minuten", 15s);
  row("1,5 Std.", 90min);
  row("1,5000 s", 1500ms);
}

void TestSettingTexts::durationsAreRead() {
  QFETCH(QString, text);
  QFETCH(qlonglong, nanoseconds);
  const std::optional<Duration> read = readDuration(text);
  QVERIFY(read.has_value());
  QCOMPARE(static_cast<qlonglong>(read->count()), nanoseconds);
}

void TestSettingTexts::otherTextsAreRefused() {
  for (const char* const text : {"", " ", "5", "s", "5 x", "soon", "-5s", "5 s 3", "1,500 s", "1,2,3 s", "1..5 s", ".s",
                                 "5 s ..", "5 m s", "999999999999 h"})
    QVERIFY2(!readDuration(QString::fromUtf8(text)), text);
}

/// What sentences and fields show can be typed again.
void TestSettingTexts::whatIsPrintedIsReadBack() {
  for (const Duration one :
       std::initializer_list<Duration>{1ms, 3100us, 280ms, 1s, 5s, 59s, 60s, 90s, 125s, 1h, 2h + 5min}) {
    QCOMPARE(readDuration(secondsText(in_seconds(one))), std::optional(one));
    QCOMPARE(readDuration(QString::fromStdString(format_duration(one))), std::optional(one));
  }
}

void TestSettingTexts::settingsGetTheTextThatTheyRead() {
  QCOMPARE(settingText(FieldKind::duration, "1 min 30 s"), std::string("1m30s"));
  QCOMPARE(settingText(FieldKind::duration, " 5s "), std::string("5s"));
  QCOMPARE(settingText(FieldKind::duration, "soon"), std::string("soon"));
  QCOMPARE(settingText(FieldKind::integer, " 500 "), std::string("500"));
}

/// Every field, with numbers that are round and numbers that are not.
void TestSettingTexts::whatAFieldShowsIsReadBack() {
  Scenario scenario = validated(Scenario{}).value();
  for (const std::int64_t bytes : {std::int64_t{1} << 24, (std::int64_t{1} << 34) + 7}) {
    scenario.config.queue_bytes = bytes;
    for (const ScenarioField& field : scenario_fields()) {
      if (field.kind == FieldKind::list) continue;
      const std::string text = shownSetting(scenario, field).toStdString();
      Scenario read = scenario;
      QVERIFY2(set_field(read, field.name, text), text.c_str());
      QCOMPARE(field_text(read, field.name), field_text(scenario, field.name));
    }
  }
  QCOMPARE(shownSetting(scenario, *find_field("queue-capacity")), QString("100,000"));
  QCOMPARE(shownSetting(scenario, *find_field("batch-bytes")), QString("16 MiB"));
  QCOMPARE(shownSetting(scenario, *find_field("queue-bytes")), QString("17,179,869,191"));
  QCOMPARE(shownSetting(scenario, *find_field("interval")), QString("5s"));
}

QTEST_GUILESS_MAIN(TestSettingTexts)
#include "tst_setting_texts.moc"
