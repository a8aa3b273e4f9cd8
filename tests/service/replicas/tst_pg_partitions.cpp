// SPDX-License-Identifier: Apache-2.0
// The landscape of tst_pg_replicas, with a network namespace for each part. Each part is cut off in
// turn: its packets vanish, and nobody is told.
#include "service/replicas/trial.hpp"

using namespace metabatch::test;

namespace {

/// An echo on one machine, and a connection to it from another.
class Echo {
 public:
  Echo(const Place& server, const Place& client) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(kPort);
    ::inet_pton(AF_INET, server.address().c_str(), &address.sin_addr);
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    const int listener = socket_in(server);
    if (::bind(listener, generic, sizeof address) != 0 || ::listen(listener, 1) != 0) std::abort();
    near_ = socket_in(client);
    if (::connect(near_, generic, sizeof address) != 0) std::abort();
    far_ = ::accept(listener, nullptr, nullptr);
    ::close(listener);
  }
  ~Echo() {
    ::close(near_);
    ::close(far_);
  }
  void send() const { QCOMPARE(::send(near_, "x", 1, MSG_NOSIGNAL), ssize_t(1)); }
  /// Whether a byte, an end or an error comes within the time.
  [[nodiscard]] bool has_news(int milliseconds) const {
    pollfd both[] = {{.fd = near_, .events = POLLIN, .revents = 0}, {.fd = far_, .events = POLLIN, .revents = 0}};
    return ::poll(both, 2, milliseconds) != 0;
  }
  [[nodiscard]] bool arrives() const {
    char byte = 0;
    return ::recv(far_, &byte, 1, 0) == 1;
  }

 private:
  static constexpr std::uint16_t kPort = 7000;
  static int socket_in(const Place& place) {
    const Visit visit = place.visit();
    return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  }
  int near_ = -1, far_ = -1;
};

}  // namespace

class TestPgPartitions : public QObject {
  Q_OBJECT
 public:
  TestPgPartitions(Network* network, std::string why_not) : network_(network), why_not_(std::move(why_not)) {}

 private slots:
  void initTestCase() {
    if (network_ == nullptr) QSKIP(("no partitions, only kills and stops in tst_pg_replicas: " + why_not_).c_str());
  }

  void cutIsSilentAndEnds_data() {
    QTest::addColumn<bool>("is_of_pair");
    QTest::newRow("a machine from all others") << false;
    QTest::newRow("two machines from each other") << true;
  }
  void cutIsSilentAndEnds() {
    QFETCH(const bool, is_of_pair);
    const Place one = network_->add(), other = network_->add();
    const Echo echo(one, other);
    echo.send();
    QVERIFY(echo.arrives());
    is_of_pair ? Network::cut(one, other) : Network::cut(one);
    echo.send();
    QVERIFY(becomes_so([&] { return TcpTable(other).repeated >= 2; }));
    QVERIFY(!echo.has_news(0));
    is_of_pair ? Network::join(one, other) : Network::join(one);
    QVERIFY(echo.has_news(60'000));  // the kernel waits twice as long after each try
    QVERIFY(echo.arrives());
  }

  void everyPartIsCutOffInTurn() {
    Trial trial(network_);
    const QByteArray wrong = trial.run(trial.partitions());
    QVERIFY2(wrong.isEmpty(), wrong);
  }

 private:
  Network* const network_;
  const std::string why_not_;
};

int main(int argc, char* argv[]) {
  std::string why_not;
  const std::unique_ptr<Network> network = Network::make(why_not);
  const QCoreApplication application(argc, argv);
  TestPgPartitions test(network.get(), why_not);
  return QTest::qExec(&test, argc, argv);
}
#include "tst_pg_partitions.moc"
