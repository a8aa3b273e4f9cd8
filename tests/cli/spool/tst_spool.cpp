// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <map>

#include "cli/spool/spool.hpp"
#include "cli/spool/spool_line.hpp"
#include "feed/ndjson.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::cli;
using feed::NdjsonParser;
using feed::Record;
using namespace std::chrono_literals;

/// The spool between two runs, on lanes whose store the test controls.
class TestSpool : public QObject {
  Q_OBJECT
 private slots:
  void aLineReadsBackAsItWas_data();
  void aLineReadsBackAsItWas();
  void noFlippedBitGoesUnseen();
  void whatOneRunKeepsTheNextTakesIn();
  void aFileCutAnywhereGivesItsWholeLines();
  void damagedLinesAreNamedAndKeptAside();
  void aFileThatIsNotWrittenYetStays();
  void onlyOneMayUseAFile();
  void whatCannotBeUsedIsRefused_data();
  void whatCannotBeUsedIsRefused();
  void whatIsDiscardedIsNotForgotten();
};

namespace {

Uuid agent_of(std::uint8_t number) {
  Uuid id;
  id.bytes[15] = number;
  return id;
}

/// Stores the newest value of each key; fails while it is down.
class MapStore final : public engine::Store {
 public:
  FlushOutcome flush(std::span<const Update> entries, std::span<const std::string>) override {
    FlushOutcome outcome;
    if (is_down) {
      outcome.failure = FailureClass::connection;
      return outcome;
    }
    for (const Update& one : entries) rows[{one.agent, std::string(one.key)}] = std::string(one.value);
    return outcome;
  }
  void cancel() noexcept override {}
  std::atomic<bool> is_down = false;
  std::map<std::pair<Uuid, std::string>, std::string> rows;  // once the lanes are closed
};

/// One run of a program with a spool.
struct Run {
  explicit Run(const QString& file, bool is_down = false, OnFailure on_failure = OnFailure::retain) {
    store.is_down = is_down;
    auto opened = Spool::open(file.toStdString(), [this](Spool::Event event, const std::string& text) {
      reported.emplace_back(event, text);
    });
    if (const std::string* const wrong = std::get_if<std::string>(&opened)) {
      refused = *wrong;
      return;
    }
    spool = std::get<0>(std::move(opened));
    spool->set_limit(50ms);
    Config config;
    config.on_failure = on_failure;
    config.final_flush_timeout = 20ms;
    engine::Store* const stores[] = {&store};
    lanes = std::move(engine::Lanes::create(validated(config).value(), stores).value());
    refused = spool->load(*lanes);
  }
  Counters end() {
    lanes->close();
    spool->save(*lanes);
    return lanes->snapshot().counters;
  }
  [[nodiscard]] bool was_reported(Spool::Event event, const std::string& words = "") const {
    for (const auto& [what, text] : reported)
      if (what == event && text.find(words) != std::string::npos) return true;
    return false;
  }
  MapStore store;
  std::vector<std::pair<Spool::Event, std::string>> reported;
  std::unique_ptr<Spool> spool;
  std::unique_ptr<engine::Lanes> lanes;
  std::string refused;
};

std::string line_of(std::uint8_t agent, const std::string& value, std::uint64_t line = 1, std::uint64_t of = 1) {
  std::string text;
  append_spool_line(text, {agent_of(agent), "k", value, "", WallTime(5us)}, line, of);
  return text;
}

void write(const QString& name, const std::string& text) {
  QFile file(name);
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write(text.data(), static_cast<qint64>(text.size()));
}

}  // namespace

void TestSpool::aLineReadsBackAsItWas_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::newRow("plain") << QByteArray("12 %");
  QTest::newRow("empty") << QByteArray();
  QTest::newRow("quotes") << QByteArray(R"(a"b\c,"spool":{"line":1,"of":9,"sha256":"0"}})");
  QTest::newRow("controls") << QByteArray("a\tb\nc\r\x01\x7f");
  QTest::newRow("beyond ascii") << QByteArray("\xC3\xA4 \xF0\x9F\x98\x80 \xE2\x80\xA8 \xEF\xBF\xBD <&>");
}

void TestSpool::aLineReadsBackAsItWas() {
  QFETCH(QByteArray, text);
  const std::string given = text.toStdString();
  std::string line;
  append_spool_line(line, {agent_of(7), given, given, given, WallTime(1'700'000'000'123'456us)}, 2, 3);
  QCOMPARE(line.back(), '\n');
  QCOMPARE(std::count(line.begin(), line.end(), '\n'), std::ptrdiff_t{1});
  line.pop_back();
  const SpoolCheck check = check_spool_line(line);
  QVERIFY(check.verdict == SpoolCheck::Verdict::good);
  QCOMPARE(check.of, std::uint64_t{3});
  NdjsonParser parser;
  const Record& record = parser.parse(line);
  QVERIFY(record.kind == Record::Kind::update);
  QCOMPARE(record.update.agent, agent_of(7));
  QCOMPARE(std::string(record.update.key), given);
  QCOMPARE(std::string(record.update.value), given);
  QCOMPARE(std::string(record.update.error), given);
  QVERIFY(record.update.collected_at == WallTime(1'700'000'000'123'456us));
  QCOMPARE(record.sanitized, std::uint64_t{0});
}

void TestSpool::noFlippedBitGoesUnseen() {
  std::string line = line_of(1, "twelve");
  line.pop_back();
  const std::size_t end = line.find(",\"spool\"");
  NdjsonParser parser;
  for (std::size_t at = 0; at < line.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = line;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      if (check_spool_line(flipped).verdict == SpoolCheck::Verdict::damaged) continue;
      const Record& record = parser.parse(flipped);
      if (record.kind != Record::Kind::update) continue;
      QVERIFY(at >= end);  // only the check is changed, not the update
      QCOMPARE(std::string(record.update.value), std::string("twelve"));
    }
}

void TestSpool::whatOneRunKeepsTheNextTakesIn() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("spool");
  Run first(file, true);
  QCOMPARE(first.refused, std::string());
  for (std::uint8_t i = 0; i < 50; ++i) first.lanes->add({agent_of(i), "k", "old", "", WallTime(1us)});
  for (std::uint8_t i = 0; i < 50; ++i) first.lanes->add({agent_of(i), "k", "new", "", WallTime(2us)});
  const Counters kept = first.end();
  QCOMPARE(kept.spooled, std::uint64_t{50});
  QVERIFY(kept.balanced() && kept.held() == 0);
  QVERIFY(first.was_reported(Spool::Event::stored, "50 updates"));
  struct stat found {};
  QCOMPARE(::stat(qPrintable(file), &found), 0);
  QCOMPARE(found.st_mode & 07777, mode_t{0600});
  first.spool.reset();
  Run second(file);
  QCOMPARE(second.refused, std::string());
  QVERIFY(second.was_reported(Spool::Event::loaded, "50 updates"));
  QVERIFY(!QFile::exists(file));
  QCOMPARE(second.spool->counts().loaded, std::uint64_t{50});
  QCOMPARE(second.spool->counts().waiting, std::uint64_t{0});
  QCOMPARE(second.end().written, std::uint64_t{50});
  QCOMPARE(second.store.rows.size(), std::size_t{50});
  for (const auto& [key, value] : second.store.rows) QCOMPARE(value, std::string("new"));
  QVERIFY(!QFile::exists(file));
}

void TestSpool::aFileCutAnywhereGivesItsWholeLines() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("spool");
  const std::string one = line_of(1, "a", 1, 3), two = line_of(2, "b", 2, 3), three = line_of(3, "c", 3, 3);
  const std::string all = one + two + three;
  for (const std::size_t cut : {std::size_t{0}, one.size() / 2, one.size() - 1, one.size(), one.size() + 9,
                                one.size() + two.size(), all.size() - 2, all.size() - 1, all.size()}) {
    write(file, all.substr(0, cut));
    Run run(file);
    const std::size_t whole = (cut + 1 >= one.size()) + (cut + 1 >= one.size() + two.size()) + (cut + 1 >= all.size());
    QCOMPARE(run.spool->counts().loaded, std::uint64_t{whole});
    const bool is_seen = cut > 0 && whole < 3;
    QCOMPARE(run.was_reported(Spool::Event::damaged), is_seen);
    if (is_seen && cut < one.size() + two.size() + 1)
      QVERIFY(run.was_reported(Spool::Event::damaged, whole == 0 ? "line 1" : "of 3 lines are missing"));
    QCOMPARE(run.end().written, std::uint64_t{whole});
    QVERIFY(!QFile::exists(file));
    QCOMPARE(QFile::exists(file + ".damaged"), is_seen);
    QFile::remove(file + ".damaged");
  }
}

void TestSpool::damagedLinesAreNamedAndKeptAside() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("spool");
  std::string flipped = line_of(2, "b");
  flipped[flipped.find("\"b\"") + 1] = 'x';
  const std::string text = line_of(1, "a") + flipped + "{\"agent\":1}\n\n" +
                           R"({"agent":"00000000-0000-0000-0000-000000000004","key":"k","value":"by hand",)"
                           R"("collected_at":"2026-01-02T03:04:05Z"})"
                           "\n";
  write(file, text);
  write(file + ".damaged", "an older one");
  Run run(file);
  QVERIFY(run.was_reported(Spool::Event::damaged, "line 2: does not match its check; line 3: agent is not a string"));
  QVERIFY(run.was_reported(Spool::Event::damaged, "spool.damaged.1"));
  QCOMPARE(run.spool->counts().bad_lines, std::uint64_t{2});
  QCOMPARE(run.end().written, std::uint64_t{2});
  QCOMPARE((run.store.rows[{agent_of(4), "k"}]), std::string("by hand"));
  QFile aside(file + ".damaged.1");
  QVERIFY(aside.open(QIODevice::ReadOnly));
  QCOMPARE(aside.readAll().toStdString(), text);
  QVERIFY(!QFile::exists(file));
}

void TestSpool::aFileThatIsNotWrittenYetStays() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("spool");
  write(file, line_of(1, "a") + line_of(2, "b"));
  {
    Run run(file, true);
    QCOMPARE(run.refused, std::string());
    QVERIFY(run.was_reported(Spool::Event::waiting));
    QCOMPARE(run.spool->counts().waiting, std::uint64_t{2});
    QVERIFY(QFile::exists(file));
    run.lanes->add({agent_of(1), "k", "newer", "", WallTime(6us)});
    QCOMPARE(run.end().spooled, std::uint64_t{2});
  }
  {
    Run run(file, true);
    run.store.is_down = false;  // the database returns while the service runs
    QVERIFY(run.lanes->wait_until_empty(std::nullopt));
    QVERIFY(QFile::exists(file));
    QCOMPARE(run.end().held(), std::uint64_t{0});
    QCOMPARE((run.store.rows[{agent_of(1), "k"}]), std::string("newer"));
    QCOMPARE((run.store.rows[{agent_of(2), "k"}]), std::string("b"));
    QVERIFY(!QFile::exists(file));
  }
}

void TestSpool::onlyOneMayUseAFile() {
  const QTemporaryDir folder;
  Run first(folder.filePath("spool"));
  Run second(folder.filePath("spool"));
  QVERIFY2(second.refused.find("another running metabatch") != std::string::npos, second.refused.c_str());
  Run third(folder.filePath("spool2"));
  QCOMPARE(third.refused, std::string());
  first.spool.reset();
  QCOMPARE(Run(folder.filePath("spool")).refused, std::string());
}

void TestSpool::whatCannotBeUsedIsRefused_data() {
  QTest::addColumn<QString>("file");
  QTest::newRow("no such folder") << "/no/such/folder/spool";
  QTest::newRow("a folder") << "/tmp";
  QTest::newRow("a device") << "/dev/full";
}

void TestSpool::whatCannotBeUsedIsRefused() {
  QFETCH(QString, file);
  auto opened = Spool::open(file.toStdString(), {});
  const std::string* const wrong = std::get_if<std::string>(&opened);
  QVERIFY(wrong != nullptr);
  QVERIFY2(wrong->find(file.toStdString()) != std::string::npos, wrong->c_str());
  QFile::remove(file + ".lock");
}

void TestSpool::whatIsDiscardedIsNotForgotten() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("spool");
  write(file, line_of(1, "a"));
  Run run(file, true, OnFailure::discard);
  QVERIFY(run.was_reported(Spool::Event::waiting));
  QCOMPARE(run.end().discarded, std::uint64_t{1});
  QVERIFY(QFile::exists(file));
}

QTEST_GUILESS_MAIN(TestSpool)
#include "tst_spool.moc"
