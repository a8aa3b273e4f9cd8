// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "feed/gzip.hpp"

using namespace metabatch::feed;

/// The packed bytes are those of zlib in Python, which has its own code for the format of the file.
class TestGzip : public QObject {
  Q_OBJECT
 private slots:
  void bytesThatAreNotGzipAreTold();
  void aFileIsUnpacked();
  void membersFollowOneAnother();
  void whatStandsBehindIsIgnored();
  void aCutFileGivesItsFirstPart();
  void aDamagedFileIsNotWhole();
  void noMoreThanTheLimitIsUnpacked();
};

namespace {
const std::string kOne = "9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b\n";
const std::string kTwo = "018f2f1e-7b54-7c11-bfff-1c2d3e4f5a6b\n";
std::string packed(const char* base64) { return QByteArray::fromBase64(base64).toStdString(); }
const std::string kPackedOne = packed("H4sIAAAAAAACA7NMMkozTDNM1TVPMjXRNUk2NNS1SDRL1TVMNkoxTjVJM000S+ICAOKdC40lAAAA");
const std::string kPackedTwo = packed("H4sIAAAAAAACAzMwtEgzSjNM1TVPMjXRNU82NNRNSktL0zVMNkoxTjVJM000S+ICAI6M/LslAAAA");
}  // namespace

void TestGzip::bytesThatAreNotGzipAreTold() {
  QVERIFY(is_gzip(kPackedOne));
  for (const std::string& other : {std::string(), std::string("\x1f\x8b"), std::string("\x1f\x8b\x09"), kOne})
    QVERIFY(!is_gzip(other));
}

void TestGzip::aFileIsUnpacked() {
  const Unpacked unpacked = unpack_gzip(kPackedOne, 1000);
  QCOMPARE(unpacked.bytes, kOne);
  QVERIFY(unpacked.is_whole);
  QVERIFY(!unpacked.is_cut);
}

void TestGzip::membersFollowOneAnother() {
  const Unpacked unpacked = unpack_gzip(kPackedOne + kPackedTwo, 1000);
  QCOMPARE(unpacked.bytes, kOne + kTwo);
  QVERIFY(unpacked.is_whole);
}

void TestGzip::whatStandsBehindIsIgnored() {
  const Unpacked unpacked = unpack_gzip(kPackedOne + std::string(512, '\0'), 1000);
  QCOMPARE(unpacked.bytes, kOne);
  QVERIFY(unpacked.is_whole);
}

void TestGzip::aCutFileGivesItsFirstPart() {
  for (std::size_t size = 0; size < kPackedOne.size(); ++size) {
    const Unpacked unpacked = unpack_gzip(std::string_view(kPackedOne).substr(0, size), 1000);
    QVERIFY(kOne.starts_with(unpacked.bytes));
    QVERIFY(!unpacked.is_whole);
    QVERIFY(!unpacked.is_cut);
  }
}

void TestGzip::aDamagedFileIsNotWhole() {
  std::string damaged = kPackedOne;
  damaged[damaged.size() - 6] ^= 1;  // in the checksum
  QVERIFY(!unpack_gzip(damaged, 1000).is_whole);
}

void TestGzip::noMoreThanTheLimitIsUnpacked() {
  const Unpacked exactly = unpack_gzip(kPackedOne + kPackedTwo, kOne.size() + kTwo.size());
  QVERIFY(!exactly.is_cut);
  QCOMPARE(exactly.bytes, kOne + kTwo);
  const Unpacked unpacked = unpack_gzip(kPackedOne + kPackedTwo, kOne.size() + 1);
  QVERIFY(unpacked.is_cut);
  QCOMPARE(unpacked.bytes, kOne + kTwo.substr(0, 1));
}

QTEST_GUILESS_MAIN(TestGzip)
#include "tst_gzip.moc"
