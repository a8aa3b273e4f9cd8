// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <limits>

#include "metabatch/time.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

namespace {
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
WallTime wall(std::int64_t micros) { return WallTime(std::chrono::microseconds(micros)); }
}  // namespace

class TstTime : public QObject {
  Q_OBJECT
 private slots:
  void wallTimes_data();
  void wallTimes();
  void badWallTimes_data();
  void badWallTimes();
  void everyPrefixIsTooShort();
  void outOfRange_data();
  void outOfRange();
  void formats_data();
  void formats();
  void everyDayOf800YearsReadsBack();
  void durations_data();
  void durations();
  void badDurations_data();
  void badDurations();
  void durationFormats_data();
  void durationFormats();
};

void TstTime::wallTimes_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<qint64>("micros");
  const auto row = [](const char* text, std::int64_t micros) {
    QTest::newRow(text) << QByteArray(text) << qint64(micros);
  };
  row("1970-01-01T00:00:00Z", 0);
  row("1969-12-31T23:59:59.999999Z", -1);
  row("2026-01-02T03:04:05.678901Z", 1'767'323'045'678'901);
  row("2026-01-02t03:04:05.678901z", 1'767'323'045'678'901);
  row("2026-01-02 03:04:05.678901Z", 1'767'323'045'678'901);
  row("2026-01-02T05:04:05.678901+02:00", 1'767'323'045'678'901);
  row("2026-01-01T21:34:05.678901-05:30", 1'767'323'045'678'901);
  row("2026-01-02T03:04:05-00:00", 1'767'323'045'000'000);
  row("2026-01-02T03:04:05.6Z", 1'767'323'045'600'000);
  row("2026-01-02T03:04:05.6789014Z", 1'767'323'045'678'901);
  row("2026-01-02T03:04:05.67890149999999999999Z", 1'767'323'045'678'901);
  row("2026-01-02T03:04:05.6789015Z", 1'767'323'045'678'902);
  row("2026-01-02T03:04:05.9999995Z", 1'767'323'046'000'000);
  row("1969-12-31T23:59:59.9999995Z", 0);
  row("2016-12-31T23:59:60Z", 1'483'228'800'000'000);
  row("2016-12-31T23:59:60.5Z", 1'483'228'800'500'000);
  row("2017-01-01T00:59:60+01:00", 1'483'228'800'000'000);
  row("2000-02-29T00:00:00Z", 951'782'400'000'000);
  row("2024-02-29T23:59:59Z", 1'709'251'199'000'000);
  row("0001-01-01T00:00:00Z", -62'135'596'800'000'000);
  row("0000-01-01T00:00:00Z", -62'167'219'200'000'000);
  row("0000-02-29T00:00:00Z", -62'162'121'600'000'000);
  row("9999-12-31T23:59:59.999999Z", 253'402'300'799'999'999);
  row("9999-12-31T23:59:59.999999-23:59", 253'402'387'139'999'999);
  row("+10000-01-01T00:00:00Z", 253'402'300'800'000'000);
  row("+2026-01-02T03:04:05Z", 1'767'323'045'000'000);
  row("-0001-12-31T00:00:00Z", -62'167'305'600'000'000);
  row("-4713-11-24T00:00:00Z", -210'866'803'200'000'000);
  row("+294247-01-10T04:00:54.775807Z", kMost);
}

void TstTime::wallTimes() {
  QFETCH(QByteArray, text);
  QFETCH(qint64, micros);
  const auto time = parse_wall_time(text.toStdString());
  QVERIFY(time.has_value());
  QCOMPARE(qint64(time->time_since_epoch().count()), micros);
}

void TstTime::badWallTimes_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<int>("at");
  const auto row = [](const char* text, int at) { QTest::newRow(text) << QByteArray(text) << at; };
  row("", 0);
  row("infinity", 0);
  row("-infinity", 1);
  row("now", 0);
  row("202x-01-02T03:04:05Z", 3);
  row("20260-01-02T03:04:05Z", 4);
  row("+202-01-02T03:04:05Z", 4);
  row("+1000000-01-02T03:04:05Z", 7);
  row("2026/01-02T03:04:05Z", 4);
  row("2026-00-02T03:04:05Z", 5);
  row("2026-13-02T03:04:05Z", 5);
  row("2026-1-02T03:04:05Z", 6);
  row("2026-01-00T03:04:05Z", 8);
  row("2026-02-29T03:04:05Z", 8);
  row("1900-02-29T03:04:05Z", 8);
  row("2026-04-31T03:04:05Z", 8);
  row("2026-01-02_03:04:05Z", 10);
  row("2026-01-02T24:00:00Z", 11);
  row("2026-01-02T03:60:05Z", 14);
  row("2026-01-02T03:04:61Z", 17);
  row("2026-01-02T03:04Z", 16);
  row("2026-01-02T03:04:05", 19);
  row("2026-01-02T03:04:05,5Z", 19);
  row("2026-01-02T03:04:05.Z", 20);
  row("2026-01-02T03:04:05.5", 21);
  row("2026-01-02T03:04:05Z ", 20);
  row(" 2026-01-02T03:04:05Z", 0);
  row("2026-01-02T03:04:05+2:00", 21);
  row("2026-01-02T03:04:05+0200", 22);
  row("2026-01-02T03:04:05+24:00", 20);
  row("2026-01-02T03:04:05+02:60", 23);
  row("2026-01-02T03:04:05+02:00x", 25);
  QTest::newRow("NUL inside") << QByteArray("2026-01-02T03:04:05\0Z", 21) << 19;
}

void TstTime::badWallTimes() {
  QFETCH(QByteArray, text);
  QFETCH(int, at);
  const auto time = parse_wall_time(text.toStdString());
  QVERIFY(!time.has_value());
  QCOMPARE(time.error().code, Errc::bad_time);
  QCOMPARE(int(time.error().at), at);
}

void TstTime::everyPrefixIsTooShort() {
  const std::string_view text = "2026-01-02T03:04:05.678901+02:00";
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto time = parse_wall_time(text.substr(0, size));
    QVERIFY(!time.has_value());
    QCOMPARE(time.error(), (Error{Errc::bad_time, size}));
  }
}

void TstTime::outOfRange_data() {
  QTest::addColumn<QByteArray>("text");
  for (const char* text : {"-4713-11-23T23:59:59.999999Z", "-4713-11-24T00:00:00+00:01", "-999999-01-01T00:00:00Z",
                           "+294247-01-10T04:00:54.775808Z", "+294247-01-10T04:00:55Z",
                           "+294247-01-10T04:00:54.7758075Z", "+999999-12-31T23:59:59Z"})
    QTest::newRow(text) << QByteArray(text);
}

void TstTime::outOfRange() {
  QFETCH(QByteArray, text);
  const auto time = parse_wall_time(text.toStdString());
  QVERIFY(!time.has_value());
  QCOMPARE(time.error(), (Error{Errc::time_out_of_range, 0}));
}

void TstTime::formats_data() {
  QTest::addColumn<qint64>("micros");
  QTest::addColumn<QByteArray>("text");
  const auto row = [](std::int64_t micros, const char* text) {
    QTest::newRow(text) << qint64(micros) << QByteArray(text);
  };
  row(0, "1970-01-01T00:00:00Z");
  row(-1, "1969-12-31T23:59:59.999999Z");
  row(1'767'323'045'678'901, "2026-01-02T03:04:05.678901Z");
  row(1'767'323'045'600'000, "2026-01-02T03:04:05.6Z");
  row(1'767'323'045'000'010, "2026-01-02T03:04:05.00001Z");
  row(-62'135'596'800'000'000, "0001-01-01T00:00:00Z");
  row(-62'167'219'200'000'000, "0000-01-01T00:00:00Z");
  row(-62'167'219'200'000'001, "-0001-12-31T23:59:59.999999Z");
  row(253'402'300'800'000'000, "+10000-01-01T00:00:00Z");
  row(kMost, "+294247-01-10T04:00:54.775807Z");
  row(kLeast, "-290308-12-21T19:59:05.224192Z");
}

void TstTime::formats() {
  QFETCH(qint64, micros);
  QFETCH(QByteArray, text);
  QCOMPARE(QByteArray::fromStdString(format_wall_time(wall(micros))), text);
}

void TstTime::everyDayOf800YearsReadsBack() {
  constexpr std::int64_t kDayMicros = 86'400'000'000;
  for (std::int64_t day = -800'000; day < 200'000; ++day) {
    const WallTime time = wall(day * kDayMicros - 1);
    const auto back = parse_wall_time(format_wall_time(time));
    if (!back || *back != time) QFAIL(format_wall_time(time).c_str());
  }
}

void TstTime::durations_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<qint64>("nanoseconds");
  const auto row = [](const char* text, std::int64_t count) {
    QTest::newRow(text) << QByteArray(text) << qint64(count);
  };
  row("0", 0);
  row("-0", 0);
  row("+0", 0);
  row("0s", 0);
  row("1ns", 1);
  row("7us", 7'000);
  row("250ms", 250'000'000);
  row("5s", 5'000'000'000);
  row("2m", 120'000'000'000);
  row("1h", 3'600'000'000'000);
  row("1d", 86'400'000'000'000);
  row("1m30s", 90'000'000'000);
  row("1.5s", 1'500'000'000);
  row("-1.5s", -1'500'000'000);
  row("+2m", 120'000'000'000);
  row("1h0.5m", 3'630'000'000'000);
  row("30s1m", 90'000'000'000);
  row("0.3333333333333333333333333s", 333'333'333);
  row("0.9999999999s", 999'999'999);
  row("1.9ns", 1);
  row("0005s", 5'000'000'000);
  row("9223372036854775807ns", kMost);
  row("-9223372036854775808ns", kLeast);
  row("9223372036.854775807s", kMost);
}

void TstTime::durations() {
  QFETCH(QByteArray, text);
  QFETCH(qint64, nanoseconds);
  const auto duration = parse_duration(text.toStdString());
  QVERIFY(duration.has_value());
  QCOMPARE(qint64(duration->count()), nanoseconds);
}

void TstTime::badDurations_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<int>("at");
  const auto row = [](const char* text, int at) { QTest::newRow(text) << QByteArray(text) << at; };
  row("", 0);
  row("-", 1);
  row("5", 1);
  row("00", 2);
  row("s", 0);
  row("5x", 1);
  row("5S", 1);
  row("5sec", 1);
  row("5 s", 1);
  row(" 5s", 0);
  row("5s ", 2);
  row("5s3", 3);
  row("5s-3s", 2);
  row("--5s", 1);
  row(".5s", 0);
  row("5.s", 2);
  row("1.5", 3);
  row("1m.5s", 2);
  row("9223372036854775808ns", 0);
  row("1s9223372036854775807ns", 2);
  row("-9223372036854775809ns", 1);
  row("106752d", 0);
  row("99999999999999999999999999h", 0);
  row("9223372036.854775808s", 0);
  row("18446744073709551617ns", 0);  // 2^64 + 1
  row("184467440737095516160ns", 0);
}

void TstTime::badDurations() {
  QFETCH(QByteArray, text);
  QFETCH(int, at);
  const auto duration = parse_duration(text.toStdString());
  QVERIFY(!duration.has_value());
  QCOMPARE(duration.error().code, Errc::bad_duration);
  QCOMPARE(int(duration.error().at), at);
}

void TstTime::durationFormats_data() {
  QTest::addColumn<qint64>("nanoseconds");
  QTest::addColumn<QByteArray>("text");
  const auto row = [](std::int64_t count, const char* text) {
    QTest::newRow(text) << qint64(count) << QByteArray(text);
  };
  row(0, "0");
  row(1, "1ns");
  row(-1, "-1ns");
  row(999, "999ns");
  row(1'500, "1.5us");
  row(1'234'567, "1.234567ms");
  row(250'000'000, "250ms");
  row(5'000'000'000, "5s");
  row(1'500'000'000, "1.5s");
  row(1'000'000'001, "1.000000001s");
  row(90'000'000'000, "1m30s");
  row(90'500'000'000, "1m30.5s");
  row(60'000'000'001, "1m1ns");
  row(3'600'000'000'000, "1h");
  row(129'600'000'000'000, "1d12h");
  row(kMost, "106751d23h47m16.854775807s");
  row(kLeast, "-106751d23h47m16.854775808s");
}

void TstTime::durationFormats() {
  QFETCH(qint64, nanoseconds);
  QFETCH(QByteArray, text);
  QCOMPARE(QByteArray::fromStdString(format_duration(Duration(nanoseconds))), text);
  QCOMPARE(qint64(parse_duration(text.toStdString())->count()), nanoseconds);
}

QTEST_GUILESS_MAIN(TstTime)
#include "tst_time.moc"
