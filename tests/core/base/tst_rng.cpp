// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <array>
#include <limits>

#include "base/rng.hpp"

using namespace metabatch;

class TstRng : public QObject {
  Q_OBJECT
 private slots:
  void splitMixVectors();
  void xoshiroVectors();
  void seedIsFourOfSplitMix();
  void belowStaysBelowAndReachesAll();
  void belowOneDrawsNothing();
  void betweenIncludesItsEnds();
  void chances();
  void splitIsSeededByTheNextNumber();
};

void TstRng::splitMixVectors() {
  SplitMix64 numbers(1234567);
  for (const std::uint64_t expected :
       {6457827717110365317U, 3203168211198807973U, 9817491932198370423U, 4593380528125082431U, 16408922859458223821U})
    QCOMPARE(numbers.next(), expected);
}

void TstRng::xoshiroVectors() {
  Rng rng(std::array<std::uint64_t, 4>{1, 2, 3, 4});
  for (const std::uint64_t expected :
       {std::uint64_t{11520}, std::uint64_t{0}, std::uint64_t{1509978240}, std::uint64_t{1215971899390074240},
        std::uint64_t{1216172134540287360}, std::uint64_t{607988272756665600}, std::uint64_t{16172922978634559625U},
        std::uint64_t{8476171486693032832}, std::uint64_t{10595114339597558777U}, std::uint64_t{2904607092377533576}})
    QCOMPARE(rng.next(), expected);
}

void TstRng::seedIsFourOfSplitMix() {
  SplitMix64 seeds(42);
  std::array<std::uint64_t, 4> state{};
  for (auto& word : state) word = seeds.next();
  QVERIFY(Rng(42) == Rng(state));
}

void TstRng::belowStaysBelowAndReachesAll() {
  Rng rng(7);
  for (const std::uint64_t limit : {2U, 3U, 7U, 8U, 9U, 100U}) {
    std::array<int, 100> seen{};
    for (int i = 0; i < 20'000; ++i) {
      const std::uint64_t drawn = rng.below(limit);
      QVERIFY(drawn < limit);
      ++seen[drawn];
    }
    for (std::uint64_t value = 0; value < limit; ++value) {
      const double share = seen[value] * double(limit) / 20'000;
      QVERIFY2(share > 0.7 && share < 1.3, qPrintable(QString("%1 of %2: %3").arg(value).arg(limit).arg(share)));
    }
  }
}

void TstRng::belowOneDrawsNothing() {
  Rng rng(7);
  const Rng before = rng;
  QCOMPARE(rng.below(0), 0u);
  QCOMPARE(rng.below(1), 0u);
  QVERIFY(rng == before);
}

void TstRng::betweenIncludesItsEnds() {
  Rng rng(3);
  bool least = false, most = false;
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t drawn = rng.between(-2, 2);
    QVERIFY(drawn >= -2 && drawn <= 2);
    least |= drawn == -2;
    most |= drawn == 2;
  }
  QVERIFY(least && most);
  QCOMPARE(rng.between(5, 4), 5);
  QCOMPARE(rng.between(5, 5), 5);
  using Limits = std::numeric_limits<std::int64_t>;
  bool negative = false, positive = false;
  for (int i = 0; i < 64; ++i) (rng.between(Limits::min(), Limits::max()) < 0 ? negative : positive) = true;
  QVERIFY(negative && positive);
}

void TstRng::chances() {
  Rng rng(11);
  int hits = 0;
  for (int i = 0; i < 100'000; ++i) {
    hits += rng.chance(250'000);
    QVERIFY(!rng.chance(0));
    QVERIFY(rng.chance(1'000'000));
  }
  QVERIFY(hits > 24'000 && hits < 26'000);
}

void TstRng::splitIsSeededByTheNextNumber() {
  Rng rng(5);
  Rng twin(5);
  Rng child = rng.split();
  QVERIFY(child == Rng(twin.next()));
  QVERIFY(rng == twin);
}

QTEST_GUILESS_MAIN(TstRng)
#include "tst_rng.moc"
