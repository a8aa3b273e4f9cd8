// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <string>

#include "metabatch/uuid.hpp"
#include "support/codec_cases.hpp"

using namespace metabatch;

namespace {

constexpr std::string_view kCanonical = "01234567-89ab-cdef-8123-456789abcdef";

Uuid counted() {
  return Uuid{{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x81, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}};
}

}  // namespace

class TestUuid : public QObject {
  Q_OBJECT

 private slots:
  void everyUsualFormIsRead_data();
  void everyUsualFormIsRead();
  void offenceIsFoundAtItsByte_data();
  void offenceIsFoundAtItsByte();
  void everyByteAtEveryPlaceIsJudged();
  void formatIsCanonical();
  void orderIsThatOfTheBytes();
  void variantAndVersionAreRead_data();
  void variantAndVersionAreRead();
  void goldenVectorsAgree();
};

void TestUuid::everyUsualFormIsRead_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::newRow("canonical") << QByteArray("01234567-89ab-cdef-8123-456789abcdef");
  QTest::newRow("upper case") << QByteArray("01234567-89AB-CDEF-8123-456789ABCDEF");
  QTest::newRow("mixed case") << QByteArray("01234567-89aB-cDEf-8123-456789AbcdeF");
  QTest::newRow("32 digits") << QByteArray("0123456789abcdef8123456789abcdef");
  QTest::newRow("braces") << QByteArray("{01234567-89ab-cdef-8123-456789abcdef}");
  QTest::newRow("braces, 32 digits") << QByteArray("{0123456789abcdef8123456789abcdef}");
  QTest::newRow("urn") << QByteArray("urn:uuid:01234567-89ab-cdef-8123-456789abcdef");
  QTest::newRow("URN") << QByteArray("URN:UUID:01234567-89AB-CDEF-8123-456789ABCDEF");
  QTest::newRow("urn, 32 digits") << QByteArray("urn:uuid:0123456789abcdef8123456789abcdef");
}

void TestUuid::everyUsualFormIsRead() {
  QFETCH(QByteArray, text);
  const auto id = parse_uuid(std::string_view(text.data(), static_cast<std::size_t>(text.size())));
  QVERIFY(id.has_value());
  QCOMPARE(QByteArray::fromStdString(format_uuid(*id)), QByteArray(kCanonical.data(), 36));
  QVERIFY(*id == counted());
}

void TestUuid::offenceIsFoundAtItsByte_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<int>("at");
  QTest::newRow("empty") << QByteArray() << 0;
  QTest::newRow("blank in front") << QByteArray(" 01234567-89ab-cdef-8123-456789abcdef") << 0;
  QTest::newRow("blank behind") << QByteArray("01234567-89ab-cdef-8123-456789abcdef ") << 36;
  QTest::newRow("one digit short") << QByteArray("01234567-89ab-cdef-8123-456789abcde") << 35;
  QTest::newRow("one digit over") << QByteArray("01234567-89ab-cdef-8123-456789abcdef0") << 36;
  QTest::newRow("31 digits") << QByteArray("0123456789abcdef8123456789abcde") << 31;
  QTest::newRow("33 digits") << QByteArray("0123456789abcdef8123456789abcdef0") << 32;
  QTest::newRow("hyphen too early") << QByteArray("0123456-789ab-cdef-8123-456789abcdef") << 7;
  QTest::newRow("hyphen missing later") << QByteArray("01234567-89abcdef-8123-456789abcdef0") << 13;
  QTest::newRow("hyphen after 32 form began") << QByteArray("0123456789ab-cdef-8123-456789abcdef") << 12;
  QTest::newRow("g") << QByteArray("0123456g-89ab-cdef-8123-456789abcdef") << 7;
  QTest::newRow("brace not closed") << QByteArray("{01234567-89ab-cdef-8123-456789abcdef") << 37;
  QTest::newRow("brace closed wrongly") << QByteArray("{01234567-89ab-cdef-8123-456789abcdef)") << 37;
  QTest::newRow("brace not opened") << QByteArray("01234567-89ab-cdef-8123-456789abcdef}") << 36;
  QTest::newRow("text behind the brace") << QByteArray("{01234567-89ab-cdef-8123-456789abcdef}x") << 38;
  QTest::newRow("empty braces") << QByteArray("{}") << 1;
  QTest::newRow("urn cut") << QByteArray("urn:uu") << 6;
  QTest::newRow("urn misspelt") << QByteArray("urn:guid:01234567-89ab-cdef-8123-456789abcdef") << 4;
  QTest::newRow("urn and braces") << QByteArray("urn:uuid:{01234567-89ab-cdef-8123-456789abcdef}") << 9;
  QTest::newRow("NUL inside") << QByteArray("0123\0", 5) << 4;
}

void TestUuid::offenceIsFoundAtItsByte() {
  QFETCH(QByteArray, text);
  QFETCH(int, at);
  const auto id = parse_uuid(std::string_view(text.data(), static_cast<std::size_t>(text.size())));
  QVERIFY(!id.has_value());
  QVERIFY(id.error() == (Error{Errc::bad_uuid, static_cast<std::size_t>(at)}));
}

void TestUuid::everyByteAtEveryPlaceIsJudged() {
  for (std::size_t at = 0; at < kCanonical.size(); ++at) {
    const bool hyphen = kCanonical[at] == '-';
    for (int byte = 0; byte < 256; ++byte) {
      std::string text(kCanonical);
      text[at] = static_cast<char>(byte);
      const bool hex = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
      const auto id = parse_uuid(text);
      QCOMPARE(id.has_value(), hyphen ? byte == '-' : hex);
      if (id || (at == 0 && (byte == '{' || byte == 'u' || byte == 'U'))) continue;
      // A digit in place of the first hyphen begins the 32-digit form, which the next hyphen ends.
      QCOMPARE(id.error().at, at == 8 && hex ? std::size_t{13} : at);
    }
  }
}

void TestUuid::formatIsCanonical() {
  QCOMPARE(format_uuid(Uuid{}), std::string("00000000-0000-0000-0000-000000000000"));
  QCOMPARE(format_uuid(counted()), std::string(kCanonical));
}

void TestUuid::orderIsThatOfTheBytes() {
  Uuid low;
  Uuid high;
  low.bytes[15] = 0xff;
  high.bytes[0] = 0x80;
  QVERIFY(low < high);
  QVERIFY(!(high < low));
  QVERIFY(Uuid{}.is_nil());
  QVERIFY(!low.is_nil());
}

void TestUuid::variantAndVersionAreRead_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<int>("expected_variant");
  QTest::addColumn<int>("version");
  const auto row = [](const char* name, const char* text, UuidVariant v, int version) {
    QTest::newRow(name) << QByteArray(text) << static_cast<int>(v) << version;
  };
  row("random", "9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b", UuidVariant::rfc, 4);
  row("time ordered", "018f2f1e-7b54-7c11-bfff-1c2d3e4f5a6b", UuidVariant::rfc, 7);
  row("ncs", "9b2f1f1e-7b54-4c11-7fff-1c2d3e4f5a6b", UuidVariant::ncs, 4);
  row("microsoft", "9b2f1f1e-7b54-1c11-dfff-1c2d3e4f5a6b", UuidVariant::microsoft, 1);
  row("future", "9b2f1f1e-7b54-fc11-e000-1c2d3e4f5a6b", UuidVariant::future, 15);
  row("nil", "00000000-0000-0000-0000-000000000000", UuidVariant::ncs, 0);
}

void TestUuid::variantAndVersionAreRead() {
  QFETCH(QByteArray, text);
  QFETCH(int, expected_variant);
  QFETCH(int, version);
  const auto id = parse_uuid(text.constData());
  QVERIFY(id.has_value());
  QCOMPARE(static_cast<int>(variant(*id)), expected_variant);
  QCOMPARE(id->version(), version);
}

void TestUuid::goldenVectorsAgree() {
  const auto cases = tests::read_vec(METABATCH_SOURCE_DIR "/tests/golden/uuids.vec");
  QVERIFY(cases.size() > 300);
  for (const auto& one : cases) {
    const auto outcome = tests::run_uuid_case(one);
    QVERIFY2(outcome.wrong.empty(), ("line " + std::to_string(one.line) + ": " + outcome.wrong).c_str());
  }
}

QTEST_GUILESS_MAIN(TestUuid)
#include "tst_uuid.moc"
