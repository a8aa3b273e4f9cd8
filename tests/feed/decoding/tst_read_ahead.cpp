// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/rng.hpp"
#include "feed/decoding/read_ahead.hpp"

using namespace metabatch;
using namespace metabatch::feed;

namespace {

const std::string kAgent = R"("agent":"00000000-0000-4000-8000-00000000000a")";
const std::string kTime = R"("collected_at":"2026-01-02T03:04:05.678901Z")";

std::string update_line(const std::string& value) {
  return "{" + kAgent + R"(,"key":"k","value":")" + value + "\"," + kTime + "}\n";
}

/// A pipe that an Input can open by name.
class Pipe {
 public:
  Pipe() {
    if (::pipe(ends_) != 0) qFatal("no pipe");
  }
  ~Pipe() {
    close_writer();
    ::close(ends_[0]);
  }
  [[nodiscard]] std::string name() const { return "/proc/self/fd/" + std::to_string(ends_[0]); }
  void write(const std::string& text) const {
    QCOMPARE(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void close_writer() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  int ends_[2];
};

/// No other thread of this process runs: one that reads a file waits for a free block.
bool others_sleep() {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    if (task.path().filename() == std::to_string(::gettid())) continue;
    std::string text;
    std::getline(std::ifstream(task.path() / "stat"), text);
    if (text.find(") S ") == std::string::npos) return false;
  }
  return true;
}

/// Everything of a line that matters, as a text.
std::string shown(const Line& line, const Record& record) {
  std::string text = std::to_string(line.number) + "@" + std::to_string(line.at) + (line.too_long ? " too long" : "") +
                     " kind " + std::to_string(static_cast<int>(record.kind)) + " " + record.reason + " sanitized " +
                     std::to_string(record.sanitized) + (record.begins_session ? " session" : "");
  if (record.at_us) text += " at " + std::to_string(*record.at_us);
  const auto append = [&text](std::string_view key, std::string_view value, std::string_view error) {
    text.append(" ").append(key).append("=").append(value).append("!").append(error);
  };
  if (record.kind == Record::Kind::update) append(record.update.key, record.update.value, record.update.error);
  for (const RawItem& item : record.items) append(item.key, item.value, item.error);
  return text;
}

/// Lines of every kind, some of them longer than a block.
std::string lines_of_every_kind(std::size_t count) {
  Rng rng(7);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string value = std::to_string(i);
    switch (rng.below(9)) {
      case 0:
        text += "{" + kAgent + R"(,"metadata":[{"key":"a","value":"1"},{"key":"b\n","error":")" + value + "\"}]}\n";
        break;
      case 1: text += "{" + kAgent + R"(,"metadata":[],"at_us":)" + value + "}\n"; break;
      case 2: text += "# " + value + "\n"; break;
      case 3:
        text += R"({"record":"session"})"
                "\n";
        break;
      case 4: text += "not JSON " + value + "\n"; break;
      case 5: text += update_line(value + "\xff"); break;
      case 6: text += update_line(value + R"(\u00e9)"); break;
      default: text += update_line(value); break;
    }
  }
  text += update_line(std::string(kMaxLineBytes, 'x')) + update_line(std::string(kMaxLineBytes / 2, 'y')) + "\n";
  return text + update_line("the last has no end");
}

}  // namespace

/// Lines that another thread reads: all of them, as they are, and none late.
class TestReadAhead : public QObject {
  Q_OBJECT

 private slots:
  void everyLineIsWhatItIsWithoutTheThread();
  void aLineDoesNotWaitForTheNext();
  void aPauseIsReported();
  void aStopEndsTheWait();
  void whoLeavesDoesNotWaitForTheInput();
  void whoLeavesDoesNotWaitForAFreeBlock();
  void aCutInputIsNamedAndAStoppedOneIsNot();
};

void TestReadAhead::everyLineIsWhatItIsWithoutTheThread() {
  const QTemporaryDir folder;
  const std::string file = folder.filePath("lines").toStdString();
  std::ofstream(file) << lines_of_every_kind(20'000);

  std::vector<std::string> expected;
  Input alone(file);
  RecordSource source(alone);
  NdjsonParser parser;
  while (const auto line = source.next())
    expected.push_back(shown(*line, line->too_long ? Record{} : parser.parse(line->text)));
  QCOMPARE(expected.size(), std::size_t{20'004});

  Stop stop;
  Input input(file);
  ReadAhead ahead(input, stop);
  std::size_t read = 0, blocks = 0;
  while (const ParsedLines* next = ahead.next()) {
    ++blocks;
    for (const auto& [line, record] : next->lines) QCOMPARE(shown(line, record), expected.at(read++));
  }
  QCOMPARE(read, expected.size());
  QVERIFY(blocks > 20);
  QCOMPARE(ahead.problem(), std::string());
  QCOMPARE(ahead.next(), nullptr);
  QVERIFY(!stop.is_requested());
}

void TestReadAhead::aLineDoesNotWaitForTheNext() {
  Pipe pipe;
  Stop stop;
  Input input(pipe.name());
  ReadAhead ahead(input, stop);
  for (int i = 0; i < 100; ++i) {
    pipe.write(update_line(std::to_string(i)));
    const ParsedLines* next = ahead.next();
    while (next != nullptr && next->lines.empty()) next = ahead.next();  // a pause
    QVERIFY(next != nullptr);
    QCOMPARE(next->lines.size(), std::size_t{1});
    QCOMPARE(std::string(next->lines[0].record.update.value), std::to_string(i));
  }
  pipe.close_writer();
  const ParsedLines* next = ahead.next();
  while (next != nullptr && next->lines.empty()) next = ahead.next();
  QCOMPARE(next, nullptr);
}

void TestReadAhead::aPauseIsReported() {
  Pipe pipe;
  Stop stop;
  Input input(pipe.name());
  ReadAhead ahead(input, stop);
  pipe.write(update_line("a"));
  const ParsedLines* next = ahead.next();
  while (next != nullptr && !next->pauses) next = ahead.next();
  QVERIFY(next != nullptr);
  QVERIFY(next->lines.empty());
}

void TestReadAhead::aStopEndsTheWait() {
  Pipe pipe;
  Stop stop;
  Input input(pipe.name());
  ReadAhead ahead(input, stop);
  pipe.write(update_line("a") + R"({"agent":)");
  QCOMPARE(ahead.next()->lines.size(), std::size_t{1});
  std::thread stopping([&stop] { stop.request(); });
  const ParsedLines* next = ahead.next();
  while (next != nullptr && next->lines.empty()) next = ahead.next();
  QCOMPARE(next, nullptr);  // and what the stop has cut is no bad line
  stopping.join();
}

void TestReadAhead::whoLeavesDoesNotWaitForTheInput() {
  Pipe pipe;
  Stop stop;
  Input input(pipe.name());
  ReadAhead ahead(input, stop);
  ahead.leave();
  QVERIFY(stop.is_requested());
  QCOMPARE(ahead.problem(), std::string());
}

void TestReadAhead::whoLeavesDoesNotWaitForAFreeBlock() {
  const QTemporaryDir folder;
  const std::string file = folder.filePath("lines").toStdString();
  std::ofstream(file) << lines_of_every_kind(20'000);  // more than all blocks
  Stop stop;
  Input input(file);
  ReadAhead ahead(input, stop);
  QVERIFY(ahead.next() != nullptr);
  while (input.bytes_read() < kReadBytes || !others_sleep()) std::this_thread::yield();
  ahead.leave();
  QCOMPARE(ahead.problem(), std::string());
}

void TestReadAhead::aCutInputIsNamedAndAStoppedOneIsNot() {
  const std::string head("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);  // of gzip
  for (const bool is_stopped : {false, true}) {
    Pipe pipe;
    Stop stop;
    Input input(pipe.name());
    ReadAhead ahead(input, stop);
    pipe.write(head);
    while (input.bytes_read() < head.size()) std::this_thread::yield();
    if (is_stopped)
      stop.request();
    else
      pipe.close_writer();
    const ParsedLines* next = ahead.next();
    while (next != nullptr && next->lines.empty()) next = ahead.next();  // a pause
    QCOMPARE(next, nullptr);
    QCOMPARE(ahead.problem().empty(), is_stopped);
    QVERIFY(is_stopped || QByteArray::fromStdString(ahead.problem()).contains(QByteArray::fromStdString(pipe.name())));
  }
}

QTEST_APPLESS_MAIN(TestReadAhead)
#include "tst_read_ahead.moc"
