// SPDX-License-Identifier: Apache-2.0
#include <QCryptographicHash>
#include <QTest>

#include "base/sha256.hpp"

using namespace metabatch;

class TstSha256 : public QObject {
  Q_OBJECT
 private slots:
  void vectors_data();
  void vectors();
  void everyLengthAroundABlock();
  void piecesMakeTheWhole();
  void digestMayBeAskedOnTheWay();
};

void TstSha256::vectors_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QByteArray>("digest");
  const auto row = [](const char* name, const QByteArray& text, const char* digest) {
    QTest::newRow(name) << text << QByteArray(digest);
  };
  row("empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  row("abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  row("448 bits", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  row("896 bits",
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrst"
      "u",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  row("a million times a", QByteArray(1'000'000, 'a'),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

void TstSha256::vectors() {
  QFETCH(QByteArray, text);
  QFETCH(QByteArray, digest);
  QCOMPARE(QByteArray::fromStdString(sha256_hex(text.toStdString())), digest);
}

void TstSha256::everyLengthAroundABlock() {
  for (int size = 0; size <= 200; ++size) {
    const QByteArray text(size, '\xA5');
    QCOMPARE(QByteArray::fromStdString(sha256_hex(text.toStdString())),
             QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex());
  }
}

void TstSha256::piecesMakeTheWhole() {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>(i);
  for (std::size_t piece = 1; piece <= 130; ++piece) {
    Sha256 sha;
    for (std::size_t at = 0; at < text.size(); at += piece) sha.update(std::string_view(text).substr(at, piece));
    QCOMPARE(sha.hex(), sha256_hex(text));
  }
}

void TstSha256::digestMayBeAskedOnTheWay() {
  Sha256 sha;
  sha.update("a");
  QCOMPARE(sha.hex(), sha256_hex("a"));
  sha.update("bc");
  QCOMPARE(sha.hex(), sha256_hex("abc"));
  QCOMPARE(int(sha.digest()[0]), 0xba);
}

QTEST_GUILESS_MAIN(TstSha256)
#include "tst_sha256.moc"
