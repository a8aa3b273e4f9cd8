// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "metabatch/inspect.hpp"
#include "support/cost/processor_time.hpp"

using namespace metabatch;

namespace {

std::string repeated(const std::string& part, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += part;
  return text;
}

/// The least of some runs, because an interrupt counts as time of the thread.
std::chrono::nanoseconds timeOf(const std::string& text) {
  auto least = std::chrono::nanoseconds::max();
  for (int run = 0; run < 2; ++run) {
    const auto before = test::processor_time();
    (void)inspect(text);
    least = std::min(least, test::processor_time() - before);
  }
  return least;
}

}  // namespace

/// Whatever is pasted is read in a time that grows as its size does. A text of one part, repeated,
/// meets each step of the reader at every byte.
class TestInspectTime : public QObject {
  Q_OBJECT

 private slots:
  void growsAsTheInputDoes_data();
  void growsAsTheInputDoes();
};

void TestInspectTime::growsAsTheInputDoes_data() {
  QTest::addColumn<QString>("parts");
  QTest::newRow("quotes") << R"(" ' ` $$ E' U&' E'\x q'[ '{ ARRAY[ &quot; )";
  QTest::newRow("brackets") << R"(( ) [ { } {"a": [1, {"msg":" {"payload":" {"agent_id":" )";
  QTest::newRow("escapes") << R"(\ \" \\ \n \x41 \u002B %2C % = =20 =3D =2B x= )";
  QTest::newRow("comments") << R"(< <!-- -- /* */ # )";
  QTest::newRow("statements")
      << "NOTIFY NOTIFY~a,~' SELECT~pg_notify(' pg_notify( PREPARE~x~AS unnest($1::uuid[]) unnest( $1 $1, "
         "COPY~x~FROM~stdin; UPDATE~workspace_agent_metadata";
  QTest::newRow("notifications") << R"(Asynchronous~notification~" with~payload~" Asynchrone~Benachrichtigung~» )"
                                    R"(notificación~asíncrona~« received~from~server~process~with~PID~1.)";
  QTest::newRow("logs")
      << "2026-01-02~03:04:05.678~UTC~[9]~coder~LOG:~~statement:~ LOG:~~statement:~ DETAIL:~~parameters:~ "
         "parameters:~$1~=~'{";
  QTest::newRow("NATS") << R"([#1]~Received~on~"x" MSG~x~1~ MSG~a~1~1000000 PUB~a~9 HMSG~a~1~12~30)";
  QTest::newRow("ids")
      << "my8fHntUTBGKbhwtPk9aaw my8fHntUTBGKbhwtPk9aaw== my8fHntUTBGKbhwtPk9aa my8fHntUTBGKbhwtPk9aaw, "
         "'my8fHntUTBGKbhwtPk9aaw A w / + - _";
  QTest::newRow("UUIDs")
      << "9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b 9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6 urn:uuid: 0x 0x6d79 6d "
         "http://a/9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b {9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b}";
  QTest::newRow("other bytes") << "a 1 . : ; | » “ 「 \x1b[31m \x1b[ \x1b] \u200b \u00a0 \ufeff";
}

void TestInspectTime::growsAsTheInputDoes() {
  constexpr std::size_t kSize = 80'000, kTimes = 4;  // a shorter text may be read in another way
  constexpr double kMost = 9;                        // 4 is linear, 16 is quadratic
  constexpr auto kShort = std::chrono::milliseconds(4);
  QFETCH(const QString, parts);
  for (QString part : parts.split(' ', Qt::SkipEmptyParts)) {
    part.replace('~', ' ');
    for (const char* const end : {"", " ", "\n", "\r"}) {
      const std::string one = part.toStdString() + end;
      const auto longer = timeOf(repeated(one, kTimes * kSize));
      if (longer < kShort) continue;
      const double growth =
          static_cast<double>(longer.count()) / static_cast<double>(timeOf(repeated(one, kSize)).count());
      QVERIFY2(growth < kMost,
               qPrintable(QStringLiteral("%1 times the text takes %2 times as long: %3")
                              .arg(kTimes)
                              .arg(growth)
                              .arg(QString::fromUtf8(QByteArray::fromStdString(one).toPercentEncoding(" ")))));
    }
  }
}

QTEST_APPLESS_MAIN(TestInspectTime)
#include "tst_inspect_time.moc"
