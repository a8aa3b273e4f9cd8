// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <string>
#include <vector>

#include "metabatch/chunks.hpp"
#include "payload/chunk_codec.hpp"
#include "support/codec_cases.hpp"

using namespace metabatch;

namespace {

/// A fixed sequence, good enough to put every value into every symbol place.
class Sequence {
 public:
  std::uint8_t next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint8_t>(state_ >> 56);
  }
  Uuid id() {
    Uuid id;
    for (auto& byte : id.bytes) byte = next();
    return id;
  }
  std::vector<Uuid> ids(std::size_t count) {
    std::vector<Uuid> out(count);
    for (auto& one : out) one = id();
    return out;
  }

 private:
  std::uint64_t state_ = 1;
};

/// Decodes one symbol at a time: the oracle.
std::string encoded_slowly(const Uuid& id) {
  constexpr std::string_view symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t bit = 0; bit < 132; bit += 6) {
    unsigned value = 0;
    for (std::size_t i = bit; i < bit + 6; ++i) {
      value = value << 1 | (i < 128 ? (id.bytes[i / 8] >> (7 - i % 8) & 1u) : 0u);
    }
    out += symbols[value];
  }
  return out;
}

bool is_symbol(int byte) {
  return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '+' ||
         byte == '/';
}

}  // namespace

class TestChunks : public QObject {
  Q_OBJECT

 private slots:
  void knownIdsHaveKnownSymbols();
  void idsFillChunksInOrder_data();
  void idsFillChunksInOrder();
  void impossibleBudgetIsRefused();
  void reusedMemoryKeepsItsStrings();
  void whatWasEncodedDecodes();
  void lengthThatIsNoMultipleIsRefused();
  void badSymbolIsFoundAtItsByte();
  void lastSymbolMayBeNonCanonical();
  void readerKeepsTheGoodIdsOfABadChunk();
  void readerLeavesARemainder();
  void agentIsFoundByAlignedWindowOnly();
  void agentIsFoundBehindANonCanonicalLastSymbol();
  void everyCodecWritesTheSameSymbols();
  void everyCodecJudgesEveryByteAtEveryPlace();
  void goldenVectorsAgree();
};

void TestChunks::knownIdsHaveKnownSymbols() {
  Uuid ones;
  ones.bytes.fill(0xff);
  const Uuid ids[] = {Uuid{}, ones};
  const auto chunks = encode_chunks(ids);
  QVERIFY(chunks.has_value());
  QCOMPARE(chunks->size(), std::size_t{1});
  QCOMPARE(chunks->front(), std::string("AAAAAAAAAAAAAAAAAAAAAA/////////////////////w"));
}

void TestChunks::idsFillChunksInOrder_data() {
  QTest::addColumn<int>("ids");
  QTest::addColumn<int>("max_payload");
  QTest::addColumn<QList<int>>("per_chunk");
  QTest::newRow("none") << 0 << 8000 << QList<int>{};
  QTest::newRow("one") << 1 << 8000 << QList<int>{1};
  QTest::newRow("363 are one chunk") << 363 << 8000 << QList<int>{363};
  QTest::newRow("364 are two") << 364 << 8000 << QList<int>{363, 1};
  QTest::newRow("500") << 500 << 8000 << QList<int>{363, 137};
  QTest::newRow("600") << 600 << 8000 << QList<int>{363, 237};
  QTest::newRow("726 are two full") << 726 << 8000 << QList<int>{363, 363};
  QTest::newRow("least budget") << 2 << 22 << QList<int>{1, 1};
  QTest::newRow("just below two") << 3 << 43 << QList<int>{1, 1, 1};
  QTest::newRow("greatest budget") << 364 << 8007 << QList<int>{363, 1};
}

void TestChunks::idsFillChunksInOrder() {
  QFETCH(int, ids);
  QFETCH(int, max_payload);
  QFETCH(QList<int>, per_chunk);
  Sequence sequence;
  const auto all = sequence.ids(static_cast<std::size_t>(ids));
  const auto chunks = encode_chunks(all, static_cast<std::size_t>(max_payload));
  QVERIFY(chunks.has_value());
  std::string expected;
  for (const auto& id : all) expected += encoded_slowly(id);
  std::string joined;
  QList<int> sizes;
  for (const auto& chunk : *chunks) {
    joined += chunk;
    sizes << static_cast<int>(chunk.size() / kIdSymbols);
  }
  QCOMPARE(sizes, per_chunk);
  QCOMPARE(joined, expected);
}

void TestChunks::impossibleBudgetIsRefused() {
  const Uuid one[1] = {};
  QVERIFY(encode_chunks(one, 21).error() == (Error{Errc::payload_too_small, 21}));
  QVERIFY(encode_chunks(one, 0).error() == (Error{Errc::payload_too_small, 0}));
  QVERIFY(encode_chunks(one, 22).has_value());
  QVERIFY(encode_chunks(one, 8007).has_value());
  QVERIFY(encode_chunks(one, 8008).error() == (Error{Errc::payload_too_large, 8008}));
  QVERIFY(encode_chunks({}, 21).error() == (Error{Errc::payload_too_small, 21}));
}

void TestChunks::reusedMemoryKeepsItsStrings() {
  Sequence sequence;
  const auto ids = sequence.ids(500);
  std::vector<std::string> chunks;
  QCOMPARE(encode_chunks_into(ids, 8000, chunks).value(), std::size_t{2});
  const auto* first = chunks[0].data();
  const auto* second = chunks[1].data();
  QCOMPARE(encode_chunks_into(std::span(ids).first(10), 8000, chunks).value(), std::size_t{1});
  QCOMPARE(chunks[0].size(), 10 * kIdSymbols);
  QCOMPARE(encode_chunks_into(ids, 8000, chunks).value(), std::size_t{2});
  QCOMPARE(static_cast<const void*>(chunks[0].data()), static_cast<const void*>(first));
  QCOMPARE(static_cast<const void*>(chunks[1].data()), static_cast<const void*>(second));
  QVERIFY(chunks == *encode_chunks(ids));
}

void TestChunks::whatWasEncodedDecodes() {
  Sequence sequence;
  for (std::size_t count = 0; count <= 363; ++count) {
    const auto ids = sequence.ids(count);
    const auto chunks = encode_chunks(ids);
    const auto decoded = decode_chunk(chunks->empty() ? std::string_view() : std::string_view(chunks->front()));
    QVERIFY(decoded.has_value());
    QVERIFY(*decoded == ids);
  }
}

void TestChunks::lengthThatIsNoMultipleIsRefused() {
  std::vector<Uuid> ids(3);
  for (std::size_t size = 0; size <= 100; ++size) {
    const auto decoded = decode_chunk_into(std::string(size, 'A'), ids);
    QCOMPARE(decoded.has_value(), size % 22 == 0);
    if (!decoded) QVERIFY(decoded.error() == (Error{Errc::length, size}));
    QCOMPARE(ids.size(), decoded ? size / 22 : std::size_t{0});
  }
}

void TestChunks::badSymbolIsFoundAtItsByte() {
  Sequence sequence;
  const auto good = encode_chunks(sequence.ids(9))->front();
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = '=';
    bad.back() = at + 1 < bad.size() ? '-' : bad.back();  // a second one behind it makes no difference
    QVERIFY(decode_chunk(bad).error() == (Error{Errc::symbol, at}));
  }
}

void TestChunks::lastSymbolMayBeNonCanonical() {
  constexpr std::string_view canonical = "AQgw";
  for (int byte = 0; byte < 256; ++byte) {
    const std::string payload = std::string(21, 'A') + static_cast<char>(byte);
    const auto decoded = decode_chunk(payload);
    QCOMPARE(decoded.has_value(), is_symbol(byte));
    ChunkReader reader(payload);
    const auto met = reader.next();
    QVERIFY(met.has_value());
    QCOMPARE(met->id.has_value(), is_symbol(byte));
    if (!decoded) continue;
    QVERIFY(*met->id == decoded->front());
    QCOMPARE(met->canonical, canonical.find(static_cast<char>(byte)) != std::string_view::npos);
    if (met->canonical) QCOMPARE(encode_chunks(*decoded)->front(), payload);
  }
}

void TestChunks::readerKeepsTheGoodIdsOfABadChunk() {
  Sequence sequence;
  const auto ids = sequence.ids(5);
  std::string payload = encode_chunks(ids)->front();
  payload[2 * kIdSymbols + 7] = ' ';
  ChunkReader reader(payload);
  for (std::size_t i = 0; i < 5; ++i) {
    const auto met = reader.next();
    QVERIFY(met.has_value());
    QCOMPARE(met->at, i * kIdSymbols);
    QCOMPARE(met->id.has_value(), i != 2);
    if (met->id) QVERIFY(*met->id == ids[i]);
    if (!met->id) QCOMPARE(met->bad_at, 2 * kIdSymbols + 7);
  }
  QVERIFY(!reader.next().has_value());
  QVERIFY(!reader.next().has_value());
}

void TestChunks::readerLeavesARemainder() {
  const std::string payload(50, 'A');
  ChunkReader reader(payload);
  QCOMPARE(reader.remainder(), std::size_t{6});
  QVERIFY(reader.next().has_value());
  QVERIFY(reader.next().has_value());
  QVERIFY(!reader.next().has_value());
  QCOMPARE(reader.remainder(), std::size_t{6});
  QVERIFY(!ChunkReader(std::string_view()).next().has_value());
}

void TestChunks::agentIsFoundByAlignedWindowOnly() {
  Sequence sequence;
  const auto ids = sequence.ids(363);
  const auto payload = encode_chunks(ids)->front();
  for (const auto& id : ids) QVERIFY(chunk_names(payload, id));
  QVERIFY(!chunk_names(payload, sequence.id()));
  QVERIFY(!chunk_names("", ids[0]));
  // The same 22 symbols are not the id when they are shifted by one.
  const auto wanted = encode_chunks(std::span(ids).first(1))->front();
  QVERIFY(!chunk_names("A" + wanted + std::string(21, 'A'), ids[0]));
  QVERIFY(chunk_names(std::string(22, '?') + wanted + "rest", ids[0]));
  QVERIFY(!chunk_names(wanted.substr(0, 21), ids[0]));
}

void TestChunks::agentIsFoundBehindANonCanonicalLastSymbol() {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string payload = std::string(21, 'A') + static_cast<char>(byte);
    const auto decoded = decode_chunk(payload);
    for (unsigned low = 0; low < 4; ++low) {
      Uuid agent;
      agent.bytes[15] = static_cast<std::uint8_t>(low);
      QCOMPARE(chunk_names(payload, agent), decoded.has_value() && decoded->front() == agent);
    }
  }
}

void TestChunks::everyCodecWritesTheSameSymbols() {
  Sequence sequence;
  codec::Codec codecs[3];
  const std::size_t count = codec::codecs(codecs);
  QVERIFY(count >= 1);
  QCOMPARE(codec::best().name, codecs[count - 1].name);
  for (std::size_t c = 0; c < count; ++c) {
    for (std::size_t n = 0; n <= 100; ++n) {
      const auto ids = sequence.ids(n);
      std::string expected;
      for (const auto& id : ids) expected += encoded_slowly(id);
      std::string symbols(n * kIdSymbols + 64, '\x01');
      codecs[c].encode(reinterpret_cast<const std::uint8_t*>(ids.data()), n, symbols.data());
      QCOMPARE(symbols, expected + std::string(64, '\x01'));  // nothing after the end is written
      std::vector<Uuid> back(n + 4);
      QVERIFY(codecs[c].decode(expected.data(), n, reinterpret_cast<std::uint8_t*>(back.data())));
      QVERIFY(std::equal(ids.begin(), ids.end(), back.begin()));
      for (std::size_t i = n; i < back.size(); ++i) QVERIFY(back[i].is_nil());
    }
  }
}

void TestChunks::everyCodecJudgesEveryByteAtEveryPlace() {
  Sequence sequence;
  codec::Codec codecs[3];
  const std::size_t count = codec::codecs(codecs);
  constexpr std::size_t kIds = 7;
  const std::string good = encode_chunks(sequence.ids(kIds))->front();
  for (std::size_t c = 0; c < count; ++c) {
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string payload = good;
        payload[at] = static_cast<char>(byte);
        std::vector<Uuid> ids(kIds);
        std::vector<Uuid> expected(kIds);
        const bool ok = codecs[c].decode(payload.data(), kIds, reinterpret_cast<std::uint8_t*>(ids.data()));
        QCOMPARE(ok, is_symbol(byte));
        const auto* truth = payload.data();
        QCOMPARE(codec::decode_portable(truth, kIds, reinterpret_cast<std::uint8_t*>(expected.data())), ok);
        if (ok) QVERIFY(ids == expected);
      }
    }
  }
}

void TestChunks::goldenVectorsAgree() {
  const auto cases = tests::read_vec(METABATCH_SOURCE_DIR "/tests/golden/chunks.vec");
  QVERIFY(cases.size() > 300);
  for (const auto& one : cases) {
    const auto outcome = tests::run_chunk_case(one);
    QVERIFY2(outcome.wrong.empty(), ("line " + std::to_string(one.line) + ": " + outcome.wrong).c_str());
  }
}

QTEST_GUILESS_MAIN(TestChunks)
#include "tst_chunks.moc"
