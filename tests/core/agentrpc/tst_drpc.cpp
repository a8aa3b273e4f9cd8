// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <string>
#include <vector>

#include "agentrpc/drpc.hpp"

using namespace metabatch::agentrpc;

namespace {

struct Packet {
  DrpcKind kind;
  std::uint64_t stream;
  std::uint64_t message;
  std::string data;
  bool operator==(const Packet&) const = default;
};

std::vector<Packet> read(DrpcReader& reader, const std::string& bytes, std::size_t portion) {
  std::vector<Packet> packets;
  for (std::size_t at = 0; at < bytes.size(); at += portion) {
    const std::string part = bytes.substr(at, portion);
    reader.receive(part);
    while (const auto packet = reader.next())
      packets.push_back({packet->kind, packet->stream, packet->message, std::string(packet->data)});
  }
  return packets;
}

std::vector<Packet> read(const std::string& bytes) {
  DrpcReader reader;
  return read(reader, bytes, bytes.size());
}

bool breaks(const std::string& bytes) {
  DrpcReader reader;
  read(reader, bytes, bytes.size());
  return reader.is_broken();
}

std::string frame(std::uint8_t control, std::uint8_t stream, std::uint8_t message, const std::string& data) {
  return std::string{static_cast<char>(control), static_cast<char>(stream), static_cast<char>(message),
                     static_cast<char>(data.size())} +
         data;
}

}  // namespace

class TestDrpc : public QObject {
  Q_OBJECT

 private slots:
  void aUnaryCallIsWrittenAsTheReferenceWritesIt();
  void packetsAreTheSameWhateverThePortions();
  void framesOfOnePacketAreJoined();
  void anErrorCarriesItsCodeBigEndian();
  void aNewIdDropsAnUnfinishedPacket();
  void unknownKindsAreSkippedWhereTheyMayBe();
  void brokenRulesEndTheStream_data();
  void brokenRulesEndTheStream();
  void aPacketOfFourMebibytesIsTheLargest();
  void aLargePacketLeavesNoMemoryBehind();
};

void TestDrpc::aUnaryCallIsWrittenAsTheReferenceWritesIt() {
  std::string out;
  append_packet(out, DrpcKind::invoke, 1, 1, "/x");
  append_packet(out, DrpcKind::message, 1, 2, "ab");
  append_packet(out, DrpcKind::close_send, 1, 3, {});
  QCOMPARE(QByteArray::fromStdString(out).toHex(), QByteArray("030101022f78050102026162"
                                                              "0d010300"));
}

void TestDrpc::packetsAreTheSameWhateverThePortions() {
  std::string bytes;
  append_packet(bytes, DrpcKind::invoke_metadata, 1, 1, "meta");
  append_packet(bytes, DrpcKind::invoke, 1, 2, "/rpc");
  append_packet(bytes, DrpcKind::message, 1, 3, std::string(300, 'm'));
  append_packet(bytes, DrpcKind::close_send, 1, 4, {});
  append_packet(bytes, DrpcKind::invoke, 0x1234567890ULL, 1, "/other");
  const std::vector<Packet> whole = read(bytes);
  QCOMPARE(whole.size(), std::size_t{5});
  QCOMPARE(whole[4].stream, std::uint64_t{0x1234567890});
  for (std::size_t portion = 1; portion < bytes.size(); ++portion) {
    DrpcReader reader;
    QVERIFY(read(reader, bytes, portion) == whole);
    QVERIFY(!reader.is_broken());
    QCOMPARE(reader.buffered_bytes(), std::size_t{0});
  }
}

void TestDrpc::framesOfOnePacketAreJoined() {
  const std::vector<Packet> joined = read(frame(0x04, 1, 1, "ab") + frame(0x04, 1, 1, "") + frame(0x05, 1, 1, "c"));
  QVERIFY(joined == (std::vector<Packet>{{DrpcKind::message, 1, 1, "abc"}}));
  std::string large;
  append_packet(large, DrpcKind::message, 1, 1, std::string(150'000, 'x'));
  QCOMPARE(static_cast<int>(large[0]), 0x04);
  const std::vector<Packet> packets = read(large);
  QCOMPARE(packets.size(), std::size_t{1});
  QCOMPARE(packets[0].data, std::string(150'000, 'x'));
}

void TestDrpc::anErrorCarriesItsCodeBigEndian() {
  std::string out;
  append_error(out, 1, 1, kDrpcUnimplemented, "Unimplemented");
  QCOMPARE(QByteArray::fromStdString(out).toHex(), QByteArray("07010115000000000000000c556e696d706c656d656e746564"));
}

void TestDrpc::aNewIdDropsAnUnfinishedPacket() {
  QVERIFY(read(frame(0x04, 1, 1, "lost") + frame(0x05, 1, 2, "kept")) ==
          (std::vector<Packet>{{DrpcKind::message, 1, 2, "kept"}}));
}

void TestDrpc::unknownKindsAreSkippedWhereTheyMayBe() {
  const std::string ignorable = frame(0x80 | 20 << 1 | 1, 9, 9, "future");
  for (std::size_t portion = 1; portion < 12; ++portion) {
    DrpcReader reader;
    QVERIFY(read(reader, frame(0x04, 1, 1, "a") + ignorable + frame(0x05, 1, 1, "b"), portion) ==
            (std::vector<Packet>{{DrpcKind::message, 1, 1, "ab"}}));
  }
  QVERIFY(read(frame(0x89, 1, 4, "")) == (std::vector<Packet>{{DrpcKind::cancel, 1, 4, ""}}));
}

void TestDrpc::brokenRulesEndTheStream_data() {
  QTest::addColumn<QByteArray>("bytes");
  const auto row = [](const char* name, const std::string& bytes) {
    QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()));
  };
  row("message ids fall", frame(0x05, 1, 2, "a") + frame(0x05, 1, 1, "b"));
  row("stream ids fall", frame(0x05, 2, 1, "a") + frame(0x05, 1, 9, "b"));
  row("an id goes on after its end", frame(0x05, 1, 1, "a") + frame(0x05, 1, 1, "b"));
  row("a packet changes its kind", frame(0x04, 1, 1, "a") + frame(0x03, 1, 1, "b"));
  row("an unknown kind", frame(20 << 1 | 1, 1, 1, ""));
  row("kind 0", frame(0x01, 1, 1, ""));
  row("stream 0", frame(0x05, 0, 1, ""));
  row("a number of eleven bytes", std::string("\x05") + std::string(11, '\xff'));
  row("a number over 64 bits", std::string("\x05") + std::string(9, '\xff') + "\x02");
}

void TestDrpc::brokenRulesEndTheStream() {
  QFETCH(QByteArray, bytes);
  QVERIFY(breaks(bytes.toStdString()));
}

void TestDrpc::aPacketOfFourMebibytesIsTheLargest() {
  std::string fits;
  append_packet(fits, DrpcKind::message, 1, 1, std::string(kDrpcMaxPacketBytes, 'x'));
  QVERIFY(!breaks(fits));
  std::string over;
  append_packet(over, DrpcKind::message, 1, 1, std::string(kDrpcMaxPacketBytes + 1, 'x'));
  QVERIFY(breaks(over));
}

void TestDrpc::aLargePacketLeavesNoMemoryBehind() {
  std::string bytes;
  append_packet(bytes, DrpcKind::message, 1, 1, std::string(1'000'000, 'x'));
  DrpcReader reader;
  QCOMPARE(read(reader, bytes, 1000).size(), std::size_t{1});
  append_packet(bytes = {}, DrpcKind::message, 1, 2, "y");
  QCOMPARE(read(reader, bytes, 1)[0].data, std::string("y"));
  QVERIFY(reader.buffered_bytes() <= 1);
}

QTEST_GUILESS_MAIN(TestDrpc)
#include "tst_drpc.moc"
