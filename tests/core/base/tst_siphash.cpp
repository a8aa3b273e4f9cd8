// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "base/siphash.hpp"

using metabatch::Hash128;
using metabatch::SipHash;

/// The vectors of the reference implementation of SipHash-2-4 with 128 bits: the key 00 01 .. 0f,
/// and the texts 00 01 02 .. of the first lengths (vectors.h, vectors_sip128).
class TestSipHash : public QObject {
  Q_OBJECT

 private slots:
  void referenceVectors_data();
  void referenceVectors();
  void piecesCountAsOneText();
};

namespace {

std::string text(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i);
  return bytes;
}

SipHash keyed() { return {0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL}; }

QByteArray hex(const Hash128& hash) {
  QByteArray bytes;
  for (const std::uint64_t half : hash.half)
    for (int i = 0; i < 8; ++i) bytes.append(static_cast<char>(half >> (8 * i)));
  return bytes.toHex();
}

}  // namespace

void TestSipHash::referenceVectors_data() {
  QTest::addColumn<int>("size");
  QTest::addColumn<QByteArray>("expected");
  QTest::newRow("empty") << 0 << QByteArray("a3817f04ba25a8e66df67214c7550293");
  QTest::newRow("one byte") << 1 << QByteArray("da87c1d86b99af44347659119b22fc45");
  QTest::newRow("two bytes") << 2 << QByteArray("8177228da4a45dc7fca38bdef60affe4");
}

void TestSipHash::referenceVectors() {
  QFETCH(int, size);
  QFETCH(QByteArray, expected);
  QCOMPARE(hex(keyed().add(text(static_cast<std::size_t>(size))).finish()), expected);
}

void TestSipHash::piecesCountAsOneText() {
  for (std::size_t size = 0; size <= 40; ++size) {
    const Hash128 whole = keyed().add(text(size)).finish();
    for (std::size_t cut = 0; cut <= size; ++cut) {
      const std::string all = text(size);
      QVERIFY(keyed().add(all.substr(0, cut)).add(all.substr(cut)).finish() == whole);
    }
    QVERIFY(!(keyed().add(text(size + 1)).finish() == whole));
  }
}

QTEST_GUILESS_MAIN(TestSipHash)
#include "tst_siphash.moc"
