// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <map>

#include "base/sha256.hpp"
#include "base/utf8.hpp"
#include "metabatch/time.hpp"
#include "support/vec.hpp"

using namespace metabatch;
using namespace metabatch::tests;

namespace {

std::string bytes(const std::string& hex) { return QByteArray::fromHex(QByteArray::fromStdString(hex)).toStdString(); }

bool holds(const VecCase& one) {
  const auto& f = one.fields;
  if (one.kind() == "time") {
    const auto time = parse_wall_time(f[1]);
    return time && std::to_string(time->time_since_epoch().count()) == f[2] && format_wall_time(*time) == f[3];
  }
  if (one.kind() == "clean") {
    const std::string dirty = bytes(f[1]);
    std::string room;
    return sanitize(dirty, room).text == bytes(f[2]);
  }
  if (one.kind() == "sha256") {
    Sha256 sha;
    for (int i = std::stoi(f[1]); i > 0; --i) sha.update(bytes(f[2]));
    return sha.hex() == f[3];
  }
  return false;
}

}  // namespace

/// Compares times, clean text and digests with Python's results.
class TstValueVectors : public QObject {
  Q_OBJECT
 private slots:
  void everyVectorHolds();
};

void TstValueVectors::everyVectorHolds() {
  std::map<std::string, int> seen;
  for (const VecCase& one : read_vec(METABATCH_SOURCE_DIR "/tests/golden/values.vec")) {
    ++seen[one.kind()];
    QVERIFY2(holds(one), qPrintable(QString("line %1").arg(one.line)));
  }
  QCOMPARE(seen, (std::map<std::string, int>{{"clean", 400}, {"sha256", 11}, {"time", 400}}));
}

QTEST_GUILESS_MAIN(TstValueVectors)
#include "tst_value_vectors.moc"
