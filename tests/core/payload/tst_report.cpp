// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "metabatch/report.hpp"
#include "support/cost/counted_new.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

namespace {

constexpr Uuid kAgent{{1, 2, 3}};
constexpr WallTime kStamp{std::chrono::microseconds(1'767'323'045'678'901)};
constexpr auto kEmoji = "\xF0\x9F\x98\x80";

std::string x(std::size_t size) { return std::string(size, 'x'); }

struct Taken {
  std::string key, value, error;
  bool operator==(const Taken&) const = default;
};

/// Keys of that many bytes, no two alike.
std::vector<std::string> distinct(std::size_t count, std::size_t bytes) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    keys.push_back(number + x(bytes - number.size()));
  }
  return keys;
}

std::vector<RawItem> items_of(const std::vector<std::string>& keys) {
  std::vector<RawItem> items;
  for (const std::string& key : keys) items.push_back({key, "v", ""});
  return items;
}

/// `key=value` of each item taken, in order.
std::string taken(const Report& report) {
  std::string text;
  for (std::size_t i = 0; i < report.size(); ++i)
    text.append(i == 0 ? "" : " ").append(report.keys[i]).append("=").append(report.values[i]);
  return text;
}

/// One item through fresh limits.
Taken one(const std::string& key, const std::string& value, const std::string& error) {
  ReportLimits limits;
  const RawItem item{key, value, error};
  const Report report = limits.apply(kAgent, {&item, 1}, kStamp);
  if (report.size() != 1) return {"(not taken)", "", ""};
  return {std::string(report.keys[0]), std::string(report.values[0]), std::string(report.errors[0])};
}

}  // namespace

class TstReport : public QObject {
  Q_OBJECT
 private slots:
  void reportWithinTheLimitsIsUntouched();
  void valuesAndErrors_data();
  void valuesAndErrors();
  void replacementsThatGrowAreCutInSilence();
  void keySums_data();
  void keySums();
  void lastKeyOverEndsTheReport();
  void keyCharacters_data();
  void keyCharacters();
  void refusedKeysCountInTheSum();
  void refusedItemIsNotSanitized();
  void emptyKeysCountFromThe257thItemOn();
  void theLastOfARepeatedKeyStaysAtItsPlace();
  void aRepeatBehindTheSumDoesNotCount();
  void theFirstKeysOfTooManyAreTaken();
  void sanitizedCountsTexts();
  void reuseForgetsTheLastReport();
  void steadyStateAllocatesNothing();
  void manyChangedTextsKeepTheirViews();
  void stampsStrictlyIncrease();
};

void TstReport::reportWithinTheLimitsIsUntouched() {
  ReportLimits limits;
  const RawItem items[] = {{"cpu", "12 %", ""}, {"", "", "boom"}, {"mem", "13 %", ""}};
  const Report report = limits.apply(kAgent, items, kStamp);
  QVERIFY(report.is_parallel());
  QCOMPARE(report.size(), 3u);
  QVERIFY(report.agent == kAgent);
  for (std::size_t i = 0; i < 3; ++i) {
    QCOMPARE(report.keys[i].data(), items[i].key.data());
    QCOMPARE(report.values[i].data(), items[i].value.data());
    QCOMPARE(report.errors[i].data(), items[i].error.data());
    QCOMPARE(report.collected_at[i], kStamp);
  }
  QVERIFY(!limits.error() && limits.refused().empty());
  QCOMPARE(limits.sanitized() + limits.refused_items(), 0u);
}

void TstReport::valuesAndErrors_data() {
  QTest::addColumn<std::string>("value");
  QTest::addColumn<std::string>("error");
  QTest::addColumn<std::string>("stored_value");
  QTest::addColumn<std::string>("stored_error");
  const auto row = [](const char* name, const std::string& value, const std::string& error, const std::string& stored,
                      const std::string& stored_error) {
    QTest::newRow(name) << value << error << stored << stored_error;
  };
  row("value 2047", x(2047), "e", x(2047), "e");
  row("value 2048", x(2048), "e", x(2048), "e");
  row("value 2049", x(2049), "e", x(2048), "value of 2049 bytes exceeded 2048 bytes");
  row("value 100000", x(100'000), "", x(2048), "value of 100000 bytes exceeded 2048 bytes");
  row("error 2047", "v", x(2047), "v", x(2047));
  row("error 2048", "v", x(2048), "v", x(2048));
  row("error 2049", "v", x(2049), "v", "error of 2049 bytes exceeded 2048 bytes");
  row("both too long", x(3000), x(4000), x(2048), "error of 4000 bytes exceeded 2048 bytes");
  row("value too long, error at its limit", x(2049), x(2048), x(2048), "value of 2049 bytes exceeded 2048 bytes");
  row("cut after 1 of 4 bytes", x(2047) + kEmoji, "", x(2047), "value of 2051 bytes exceeded 2048 bytes");
  row("cut after 2 of 4 bytes", x(2046) + kEmoji, "", x(2046), "value of 2050 bytes exceeded 2048 bytes");
  row("cut after 3 of 4 bytes", x(2045) + kEmoji, "", x(2045), "value of 2049 bytes exceeded 2048 bytes");
  row("four bytes that fit", x(2044) + kEmoji, "", x(2044) + kEmoji, "");
  row("cut right behind 4 bytes", x(2044) + kEmoji + "y", "", x(2044) + kEmoji,
      "value of 2049 bytes exceeded 2048 bytes");
  row("NUL before the cut, N as received", std::string(1, '\0') + x(2048), "", "\xEF\xBF\xBD" + x(2045),
      "value of 2049 bytes exceeded 2048 bytes");
  row("NUL behind the cut", x(2048) + std::string(1, '\0'), "", x(2048), "value of 2049 bytes exceeded 2048 bytes");
  row("half a code point", "a\xF0\x9F\x98", "\xFF", "a\xEF\xBF\xBD", "\xEF\xBF\xBD");
}

void TstReport::valuesAndErrors() {
  QFETCH(std::string, value);
  QFETCH(std::string, error);
  QFETCH(std::string, stored_value);
  QFETCH(std::string, stored_error);
  const Taken taken = one("k", value, error);
  QCOMPARE(taken.value, stored_value);
  QCOMPARE(taken.error, stored_error);
  QCOMPARE(taken.key, std::string("k"));
}

void TstReport::replacementsThatGrowAreCutInSilence() {
  const Taken taken = one("k", std::string(2048, '\0'), x(2047) + std::string(1, '\0'));
  QCOMPARE(taken.value.size(), 682u * 3);  // 2046: another U+FFFD would not fit
  QCOMPARE(taken.error, x(2047));
}

void TstReport::keySums_data() {
  QTest::addColumn<int>("sum");
  QTest::addColumn<int>("taken");
  QTest::addColumn<QByteArray>("message");
  QTest::newRow("6143") << 6143 << 62 << QByteArray();
  QTest::newRow("6144") << 6144 << 62 << QByteArray();
  QTest::newRow("6145") << 6145 << 61 << QByteArray("metadata keys of 6145 bytes exceeded 6144 bytes");
  QTest::newRow("6199") << 6199 << 61 << QByteArray("metadata keys of 6199 bytes exceeded 6144 bytes");
}

void TstReport::keySums() {
  QFETCH(int, sum);
  QFETCH(int, taken);
  QFETCH(QByteArray, message);
  const std::vector<std::string> keys = distinct(61, 100);
  const std::string last = x(std::size_t(sum) - 6100);
  std::vector<RawItem> items = items_of(keys);
  items.push_back({last, "v", ""});
  ReportLimits limits;
  QCOMPARE(int(limits.apply(kAgent, items, kStamp).size()), taken);
  QCOMPARE(limits.error().has_value(), !message.isEmpty());
  if (!limits.error()) return;
  QCOMPARE(limits.error()->code, Errc::keys_too_long);
  QCOMPARE(QByteArray::fromStdString(describe_report(*limits.error())), message);
}

void TstReport::lastKeyOverEndsTheReport() {
  const std::vector<std::string> keys = distinct(62, 100);
  std::vector<RawItem> items = items_of(keys);
  items.push_back({"short", "v", ""});
  items.push_back({"", "v", ""});
  ReportLimits limits;
  QCOMPARE(limits.apply(kAgent, items, kStamp).size(), 61u);
  QCOMPARE(*limits.error(), (Error{Errc::keys_too_long, 6200}));
  QVERIFY(limits.refused().empty());
}

void TstReport::keyCharacters_data() {
  QTest::addColumn<std::string>("key");
  QTest::addColumn<int>("refused_characters");
  const auto times = [](int count, const std::string& text) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
  };
  QTest::newRow("127 ASCII") << x(127) << 0;
  QTest::newRow("128 ASCII") << x(128) << 128;
  QTest::newRow("127 of four bytes") << times(127, kEmoji) << 0;
  QTest::newRow("128 of four bytes") << times(128, kEmoji) << 128;
  QTest::newRow("127 NUL") << std::string(127, '\0') << 0;
  QTest::newRow("128 NUL") << std::string(128, '\0') << 128;
  QTest::newRow("6143 ASCII") << x(6143) << 6143;
}

void TstReport::keyCharacters() {
  QFETCH(std::string, key);
  QFETCH(int, refused_characters);
  ReportLimits limits;
  const RawItem items[] = {{"1", "1", ""}, {key, "2", ""}, {"", "3", ""}};
  const Report report = limits.apply(kAgent, items, kStamp);
  QCOMPARE(report.size(), refused_characters == 0 ? 3u : 2u);
  QCOMPARE(report.values.back(), std::string_view("3"));
  QCOMPARE(limits.refused_items(), refused_characters == 0 ? 0u : 1u);
  if (refused_characters == 0) return;
  QVERIFY(limits.refused()[0] == (RefusedItem{1, std::size_t(refused_characters)}));
  QCOMPARE(QByteArray::fromStdString(describe(limits.refused()[0])),
           "metadata key of " + QByteArray::number(refused_characters) + " characters exceeded 127 characters");
}

void TstReport::refusedKeysCountInTheSum() {
  const std::string long_key = x(6144);
  const RawItem items[] = {{long_key, "1", ""}, {"", "2", ""}, {"k", "3", ""}};
  ReportLimits limits;
  QCOMPARE(limits.apply(kAgent, items, kStamp).size(), 1u);  // the empty key
  QCOMPARE(limits.refused_items(), 1u);
  QCOMPARE(*limits.error(), (Error{Errc::keys_too_long, 6145}));
}

void TstReport::refusedItemIsNotSanitized() {
  ReportLimits limits;
  const std::string key(128, '\0');
  const RawItem item{key, std::string_view("\0", 1), ""};
  limits.apply(kAgent, {&item, 1}, kStamp);
  QCOMPARE(limits.sanitized(), 0u);
}

void TstReport::emptyKeysCountFromThe257thItemOn() {
  ReportLimits limits;
  std::vector<RawItem> items(256 + 6144, RawItem{"", "v", ""});
  QCOMPARE(limits.apply(kAgent, items, kStamp).size(), 1u);
  QVERIFY(!limits.error());
  items.push_back({"", "last", ""});
  QCOMPARE(limits.apply(kAgent, items, kStamp).size(), 1u);
  QCOMPARE(*limits.error(), (Error{Errc::keys_too_long, 6145}));
}

void TstReport::theLastOfARepeatedKeyStaysAtItsPlace() {
  ReportLimits limits;
  const std::string_view dirty("\0", 1);
  const RawItem items[] = {{"a", "1", ""}, {"b", "2", ""},     {"a", dirty, ""},  {"c", "4", ""},
                           {"a", "5", ""}, {"b\xFF", "6", ""}, {"b\xFE", "7", ""}};  // alike once they are sanitised
  QCOMPARE(taken(limits.apply(kAgent, items, kStamp)), std::string("b=2 c=4 a=5 b\xEF\xBF\xBD=7"));
  QCOMPARE(limits.repeated(), 3u);
  QCOMPARE(limits.refused_items(), 3u);
  QCOMPARE(limits.sanitized(), 1u);
  QVERIFY(!limits.error() && limits.refused().empty());
  std::vector<RawItem> many(200, RawItem{"k", "v", ""});
  many.push_back({"k", "last", ""});
  QCOMPARE(taken(limits.apply(kAgent, many, kStamp)), std::string("k=last"));
  QCOMPARE(limits.repeated(), 200u);
}

void TstReport::aRepeatBehindTheSumDoesNotCount() {
  ReportLimits limits;
  const std::string rest = x(6143);
  const RawItem items[] = {{"a", "1", ""}, {rest, "2", ""}, {"a", "3", ""}};
  QCOMPARE(taken(limits.apply(kAgent, items, kStamp)), std::string("a=1"));
  QCOMPARE(*limits.error(), (Error{Errc::keys_too_long, 6145}));
  QCOMPARE(limits.repeated(), 0u);
}

void TstReport::theFirstKeysOfTooManyAreTaken() {
  ReportLimits limits;
  const std::string too_long = x(128);
  const RawItem items[] = {{"a", "1", ""}, {too_long, "2", ""}, {"b", "3", ""}, {"a", "4", ""}, {"c", "5", ""}};
  QCOMPARE(taken(limits.apply(kAgent, items, kStamp, 2)), std::string("b=3 a=4"));
  QCOMPARE(limits.over_most_keys(), 1u);
  QCOMPARE(limits.refused_items(), 3u);
  QVERIFY(limits.refused()[0] == (RefusedItem{1, 128}) && limits.refused()[1] == (RefusedItem{4, 0}));
  QCOMPARE(describe(limits.refused()[1]), std::string("one key more than an agent may have"));
  QCOMPARE(taken(limits.apply(kAgent, items, kStamp, 3)), std::string("b=3 a=4 c=5"));
  QCOMPARE(limits.over_most_keys(), 0u);
}

void TstReport::sanitizedCountsTexts() {
  ReportLimits limits;
  const std::string_view nul("\0\0", 2);
  const std::string long_dirty = x(2048) + std::string(5, '\0');
  const RawItem items[] = {{nul, nul, nul}, {"k", "\xFF", "fine"}, {"m", long_dirty, nul}};
  limits.apply(kAgent, items, kStamp);
  QCOMPARE(limits.sanitized(), 4u);  // of the third, the value is cut before the NUL and the error is ours
  limits.apply(kAgent, items, kStamp);
  QCOMPARE(limits.sanitized(), 8u);
}

void TstReport::reuseForgetsTheLastReport() {
  ReportLimits limits;
  const std::string long_key = x(6145);
  const std::string refused = x(200);
  const RawItem bad[] = {{refused, "", ""}, {long_key, "", ""}};
  limits.apply(kAgent, bad, kStamp);
  QVERIFY(limits.error() && limits.refused().size() == 1);
  const RawItem good{"k", "v", ""};
  const Report report = limits.apply(Uuid{}, {&good, 1}, kStamp + 1us);
  QVERIFY(!limits.error() && limits.refused().empty());
  QCOMPARE(limits.refused_items(), 1u);
  QVERIFY(report.agent.is_nil());
  QCOMPARE(report.collected_at[0], kStamp + 1us);
  QCOMPARE(limits.apply(kAgent, {}, kStamp).size(), 0u);
}

void TstReport::steadyStateAllocatesNothing() {
  ReportLimits limits;
  const std::string dirty = x(1000) + std::string(10, '\0');
  const std::string long_value = x(5000);
  const std::vector<std::string> keys = distinct(15, 30);
  std::vector<RawItem> items = items_of(keys);
  for (RawItem& item : items) item.value = item.error = dirty;
  const std::vector<RawItem> more(6, RawItem{"key\xFF", long_value, dirty});
  limits.apply(kAgent, items, kStamp);
  limits.apply(kAgent, more, kStamp);
  const std::size_t before = g_allocations;
  limits.apply(kAgent, items, kStamp);
  limits.apply(kAgent, more, kStamp);
  QCOMPARE(g_allocations, before);
}

void TstReport::manyChangedTextsKeepTheirViews() {
  ReportLimits limits;
  std::vector<std::string> dirty;
  for (int i = 0; i < 300; ++i) dirty.push_back(std::to_string(i) + std::string(1, '\0'));
  std::vector<RawItem> items;
  for (const std::string& text : dirty) items.push_back({text, text, text});
  const Report report = limits.apply(kAgent, items, kStamp);
  QCOMPARE(report.size(), 300u);
  for (std::size_t i = 0; i < 300; ++i) {
    const std::string expected = std::to_string(i) + "\xEF\xBF\xBD";
    QVERIFY(report.keys[i] == expected && report.values[i] == expected && report.errors[i] == expected);
  }
}

void TstReport::stampsStrictlyIncrease() {
  StampSource stamps;
  const WallTime early{-5us};
  QCOMPARE(stamps.next(early), early);
  QCOMPARE(stamps.next(kStamp), kStamp);
  QCOMPARE(stamps.next(kStamp), kStamp + 1us);
  QCOMPARE(stamps.next(kStamp - 1h), kStamp + 2us);
  QCOMPARE(stamps.next(kStamp + 2us), kStamp + 3us);
  QCOMPARE(stamps.next(kStamp + 10us), kStamp + 10us);
}

QTEST_GUILESS_MAIN(TstReport)
#include "tst_report.moc"
