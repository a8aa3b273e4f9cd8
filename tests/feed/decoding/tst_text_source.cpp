// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>
#include <zstd.h>

#include <QTest>

#include <algorithm>
#include <cstring>
#include <string>

#include "feed/decoding/text_source.hpp"
#include "feed/source_of.hpp"

using namespace metabatch::feed;
using metabatch::tests::source_of;

namespace {

const std::string kText = "{\"value\":\"a\"}\n{\"value\":\"\xC3\xA9 \xF0\x9F\x98\x80\"}\n";

std::string gzipped(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())) + 32, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(static_cast<std::size_t>(stream.total_out));
  deflateEnd(&stream);
  return out;
}

std::string zstd_of(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

std::string utf16(const QString& text, bool is_big_endian) {
  std::string out;
  for (const QChar unit : text) {
    const char bytes[] = {static_cast<char>(unit.unicode() & 0xFF), static_cast<char>(unit.unicode() >> 8)};
    out += is_big_endian ? bytes[1] : bytes[0];
    out += is_big_endian ? bytes[0] : bytes[1];
  }
  return out;
}

struct Read {
  std::string text, form, problem;
};
Read read(const std::string& bytes, std::size_t step, const std::string& name = {}) {
  TextSource source(source_of(bytes, step), name);
  Read result;
  std::string block(64 << 10, '\0');
  while (const std::size_t got = source.read(block.data(), block.size())) result.text.append(block, 0, got);
  result.form = source.form();
  result.problem = source.problem();
  return result;
}

}  // namespace

class TestTextSource : public QObject {
  Q_OBJECT
 private slots:
  void theFirstBytesSayWhatItIs_data();
  void theFirstBytesSayWhatItIs();
  void damagedAndForeignInputIsNamed_data();
  void damagedAndForeignInputIsNamed();
  void aLoneSurrogateIsReplaced();
  void aLargeTextIsUnpackedInPieces();
};

void TestTextSource::theFirstBytesSayWhatItIs_data() {
  QTest::addColumn<QByteArray>("bytes");
  QTest::addColumn<QString>("form");
  const auto row = [](const char* name, const std::string& bytes, const char* form) {
    QTest::newRow(name) << QByteArray::fromStdString(bytes) << form;
  };
  const QString text = QString::fromStdString(kText);
  row("text", kText, "");
  row("gzip", gzipped(kText), "gzip");
  row("gzip of two members", gzipped(kText.substr(0, 20)) + gzipped(kText.substr(20)), "gzip");
  row("gzip with padding", gzipped(kText) + std::string(512, '\0'), "gzip");
  row("zstd", zstd_of(kText), "zstd");
  row("zstd of two frames", zstd_of(kText.substr(0, 20)) + zstd_of(kText.substr(20)), "zstd");
  row("zstd after a skippable frame", std::string("\x50\x2A\x4D\x18\x03\0\0\0abc", 11) + zstd_of(kText), "zstd");
  row("UTF-16, little endian", "\xFF\xFE" + utf16(text, false), "UTF-16");
  row("UTF-16, big endian", "\xFE\xFF" + utf16(text, true), "UTF-16");
  row("UTF-16 without a mark", utf16(text, false), "UTF-16");
  row("UTF-16 without a mark, big endian", utf16(text, true), "UTF-16");
  row("gzip of UTF-16", gzipped("\xFF\xFE" + utf16(text, false)), "gzip of UTF-16");
}

void TestTextSource::theFirstBytesSayWhatItIs() {
  QFETCH(QByteArray, bytes);
  QFETCH(QString, form);
  for (const std::size_t step : {1, 3, 1000}) {
    const Read found = read(bytes.toStdString(), step);
    QCOMPARE(found.text, kText);
    QCOMPARE(QString::fromStdString(found.form), form);
    QCOMPARE(found.problem, std::string());
  }
}

void TestTextSource::damagedAndForeignInputIsNamed_data() {
  QTest::addColumn<QByteArray>("bytes");
  QTest::addColumn<QString>("name");
  QTest::addColumn<QString>("problem");
  const auto row = [](const char* name, const std::string& bytes, const char* file, const char* problem) {
    QTest::newRow(name) << QByteArray::fromStdString(bytes) << file << problem;
  };
  const std::string gzip = gzipped(kText), zstd = zstd_of(kText);
  row("gzip, cut", gzip.substr(0, gzip.size() - 9), "", "gzip ends in the middle of its data");
  row("zstd, cut", zstd.substr(0, zstd.size() - 3), "", "zstd ends in the middle of its data");
  row("gzip, other bytes behind it", gzip + "xyz", "", "gzip is damaged");
  row("gzip, a changed byte", gzip.substr(0, gzip.size() - 5) + "?" + gzip.substr(gzip.size() - 4), "",
      "gzip is damaged");
  row("zstd, other bytes behind it", zstd + "xxxxxxxx", "", "zstd is damaged");
  row("xz", std::string("\xFD\x37\x7A\x58\x5A\0abc", 9), "", "is xz; unpack it: xz -dc");
  row("bzip2", "BZh91AY", "", "is bzip2; unpack it");
  row("zip", "PK\x03\x04rest", "", "is a zip archive");
  row("UTF-32", std::string("\xFF\xFE\0\0{\0\0\0", 8), "", "is UTF-32; convert it: iconv");
  row("a database", "SQLite format 3", "", "is a SQLite database");
  row("named gzip", kText, "a.gz", "is named .gz, but");
  row("named zstd", gzip, "a.zst", "is named .zst, but");
}

void TestTextSource::damagedAndForeignInputIsNamed() {
  QFETCH(QByteArray, bytes);
  QFETCH(QString, name);
  QFETCH(QString, problem);
  for (const std::size_t step : {1, 1000}) {
    const std::string found = read(bytes.toStdString(), step, name.toStdString()).problem;
    QVERIFY2(QString::fromStdString(found).startsWith(problem), found.c_str());
  }
}

void TestTextSource::aLoneSurrogateIsReplaced() {
  const QString text = QString("a") + QChar(0xD800) + "b" + QChar(0xDC00) + QChar(0xD83D);
  for (const std::size_t step : {1, 2, 3, 1000})
    QCOMPARE(read("\xFF\xFE" + utf16(text, false), step).text, std::string("a\xEF\xBF\xBD"
                                                                           "b\xEF\xBF\xBD\xEF\xBF\xBD"));
}

void TestTextSource::aLargeTextIsUnpackedInPieces() {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "line " + std::to_string(i) + "\n";
  QVERIFY(read(gzipped(text), 4096).text == text);
  QVERIFY(read(zstd_of(text), 4096).text == text);
}

QTEST_APPLESS_MAIN(TestTextSource)
#include "tst_text_source.moc"
