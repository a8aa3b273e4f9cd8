// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <string>

#include "service/rpc/metadata_request.hpp"

using namespace metabatch::service;

namespace {

std::string field(int number, const std::string& payload) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(payload.size())} + payload;
}

/// As the origin's agents write it: collected_at and age stand before value and error.
std::string item(const std::string& key, const std::string& value, const std::string& error) {
  const std::string stamp = field(1, "\x08\x01"), age = "\x10\x05";
  return field(2, field(1, key) + field(2, stamp + age + field(3, value) + field(4, error)));
}

}  // namespace

class TestMetadataRequest : public QObject {
  Q_OBJECT

 private slots:
  void itemsComeInTheirOrder();
  void whatIsNotKnownIsSkipped();
  void missingPartsAreEmpty();
  void bytesThatAreNotTextArePassedOn();
  void itemsInFieldOneAreNotOurs();
  void damagedMessagesAreRefused_data();
  void damagedMessagesAreRefused();
  void theNextMessageReplacesTheLast();
};

void TestMetadataRequest::itemsComeInTheirOrder() {
  MetadataRequest request;
  QVERIFY(request.read(item("b", "1", "") + item("a", "2", "broken")));
  QCOMPARE(request.items().size(), std::size_t{2});
  QCOMPARE(request.items()[0].key, std::string_view("b"));
  QCOMPARE(request.items()[0].value, std::string_view("1"));
  QCOMPARE(request.items()[1].key, std::string_view("a"));
  QCOMPARE(request.items()[1].error, std::string_view("broken"));
}

void TestMetadataRequest::whatIsNotKnownIsSkipped() {
  MetadataRequest request;
  QVERIFY(request.read(field(9, "later") + item("a", "1", "") + "\x50\x07"));
  QCOMPARE(request.items().size(), std::size_t{1});
}

void TestMetadataRequest::missingPartsAreEmpty() {
  MetadataRequest request;
  QVERIFY(request.read(field(2, "")));
  QCOMPARE(request.items().size(), std::size_t{1});
  QCOMPARE(request.items()[0].key, std::string_view());
  QVERIFY(request.read(""));
  QVERIFY(request.items().empty());
}

void TestMetadataRequest::bytesThatAreNotTextArePassedOn() {
  MetadataRequest request;
  QVERIFY(request.read(item("k\xff", std::string("a\0b", 3), "\xc3")));
  QCOMPARE(request.items()[0].key, std::string_view("k\xff"));
  QCOMPARE(request.items()[0].value.size(), std::size_t{3});
}

void TestMetadataRequest::itemsInFieldOneAreNotOurs() {
  MetadataRequest request;
  QVERIFY(request.read(field(1, field(1, "a"))));
  QVERIFY(request.items().empty());
}

void TestMetadataRequest::damagedMessagesAreRefused_data() {
  QTest::addColumn<QByteArray>("bytes");
  const std::string whole = item("key", "value", "error");
  QTest::newRow("cut") << QByteArray::fromStdString(whole.substr(0, whole.size() - 1));
  QTest::newRow("a length beyond the end") << QByteArray("\x12\x7f\x0a");
  QTest::newRow("field 0") << QByteArray("\x02\x01x");
}

void TestMetadataRequest::damagedMessagesAreRefused() {
  QFETCH(QByteArray, bytes);
  MetadataRequest request;
  QVERIFY(!request.read(std::string_view(bytes.data(), static_cast<std::size_t>(bytes.size()))));
  QVERIFY(request.items().empty());
}

void TestMetadataRequest::theNextMessageReplacesTheLast() {
  MetadataRequest request;
  QVERIFY(request.read(item("a", "1", "x") + item("b", "2", "y")));
  QVERIFY(request.read(item("c", "", "")));
  QCOMPARE(request.items().size(), std::size_t{1});
  QCOMPARE(request.items()[0].value, std::string_view());
}

QTEST_GUILESS_MAIN(TestMetadataRequest)
#include "tst_metadata_request.moc"
