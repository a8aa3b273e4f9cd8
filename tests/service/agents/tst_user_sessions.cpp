// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "base/sha256.hpp"
#include "service/agents/user_sessions.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::service;
using namespace std::chrono_literals;

namespace {

const std::string kId = "abcdefghij";
const std::string kSecret = "0123456789ABCDEFGHIJkl";
const std::string kToken = kId + "-" + kSecret;
const UserSessions::Instant kStart{100h};

sql::UserSession session(const std::string& id = kId) {
  sql::UserSession one{
      .id = id, .user = parse_uuid("00000000-0000-4000-8000-000000000001").value(), .valid_for = 10min};
  Sha256 hash;
  hash.update(kSecret);
  one.hashed_secret = hash.digest();
  return one;
}

}  // namespace

class TestUserSessions : public QObject {
  Q_OBJECT
 private slots:
  void tokensOfSessionsHaveOneForm_data() {
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<bool>("is_one");
    QTest::newRow("a token") << QByteArray::fromStdString(kToken) << true;
    QTest::newRow("empty") << QByteArray() << false;
    QTest::newRow("a UUID") << QByteArray("00000000-0000-4000-8000-000000000001") << false;
    QTest::newRow("no dash") << QByteArray::fromStdString(kId + "0" + kSecret) << false;
    QTest::newRow("two dashes") << QByteArray("abcdefghij-0123456789ABCDEFGHIJ-l") << false;
    QTest::newRow("the dash elsewhere") << QByteArray("abcdefghi-j0123456789ABCDEFGHIJkl") << false;
    QTest::newRow("too short") << QByteArray::fromStdString(kToken.substr(0, 32)) << false;
    QTest::newRow("a quote") << QByteArray("abcdef'hij-0123456789ABCDEFGHIJkl") << false;
    QTest::newRow("a brace") << QByteArray("abcdef}hij-0123456789ABCDEFGHIJkl") << false;
  }
  void tokensOfSessionsHaveOneForm() {
    QFETCH(QByteArray, token);
    QFETCH(bool, is_one);
    QCOMPARE(std::string(UserSessions::id_of(token.toStdString())), is_one ? kId : std::string());
  }

  void theSecretHasToBeRight() {
    UserSessions sessions;
    QVERIFY(!sessions.knows(kToken, kStart) && !sessions.access_of(kToken, kStart));
    const sql::UserSession read[] = {session()};
    sessions.add(read, kStart);
    QVERIFY(sessions.access_of(kToken, kStart).has_value());
    QVERIFY(sessions.access_of(kToken, kStart)->user == read[0].user);
    const std::string wrong = kId + "-0123456789ABCDEFGHIJkm";
    QVERIFY(!sessions.access_of(wrong, kStart));
    QVERIFY(sessions.knows(wrong, kStart));  // so that it is not looked up again and again
  }

  void aSessionIsGoodUntilItExpires() {
    UserSessions sessions;
    const sql::UserSession read[] = {session()};
    sessions.add(read, kStart);
    QVERIFY(sessions.access_of(kToken, kStart + 10min - 1ns).has_value());
    QVERIFY(!sessions.access_of(kToken, kStart + 10min));
    QVERIFY(!sessions.knows(kToken, kStart + 10min));  // the control plane may have extended it
  }

  void onlySessionsInUseAreReadAgain() {
    UserSessions sessions;
    const sql::UserSession read[] = {session(), session("klmnopqrst")};
    sessions.add(read, kStart);
    QCOMPARE(sessions.used().size(), std::size_t{2});
    sessions.replace(read, kStart);
    QCOMPARE(sessions.used().size(), std::size_t{0});
    (void)sessions.access_of(kToken, kStart);
    QCOMPARE(sessions.used(), std::vector<std::string>{kId});
    sessions.replace({}, kStart);
    QVERIFY(!sessions.access_of(kToken, kStart));
  }
};

QTEST_GUILESS_MAIN(TestUserSessions)
#include "tst_user_sessions.moc"
