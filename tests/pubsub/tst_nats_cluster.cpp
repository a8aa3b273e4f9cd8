// SPDX-License-Identifier: Apache-2.0
// Against a cluster of real nats-servers.
#include <QtTest>
#include <memory>

#include "pubsub/nats_clients.hpp"
#include "pubsub/nats_cluster.hpp"

using namespace metabatch::pubsub;
using namespace std::chrono_literals;

class TestNatsCluster : public QObject {
  Q_OBJECT

 private slots:
  void aMessageCrossesRoutes();
  void afterAKilledServerWatchersAreOnAnother();
  void afterAStoppedServerWatchersAreOnAnother();
  void aClusterThatWasRestartedIsFoundAgain();
  void aServerThatJoinsIsUsed();
  void twoHundredWatchersReturnAfterARestart();
};

namespace {

/// Publishes until the watcher receives it: routes and the interest of subscribers spread some time
/// after a start.
bool arrives(Publishing& publishing, Watcher& watcher, const std::string& text) {
  for (int attempt = 0; attempt < 600; ++attempt) {
    publishing.publish({text});
    if (watcher.inbox.next_within("payload " + text, 100ms)) return true;
  }
  return false;
}

}  // namespace

void TestNatsCluster::aMessageCrossesRoutes() {
  NatsCluster cluster;
  Watcher watcher(options_for({cluster[0].url()}));
  Publishing publishing(options_for({cluster[2].url()}));
  QVERIFY(arrives(publishing, watcher, "through"));
}

// The watcher is given only one server. It learns of the others from that one.
void TestNatsCluster::afterAKilledServerWatchersAreOnAnother() {
  NatsCluster cluster;
  Publishing publishing(options_for({cluster[2].url()}));
  Watcher watcher(options_for({cluster[0].url()}));
  QVERIFY(arrives(publishing, watcher, "before"));
  cluster[0].kill();
  QVERIFY(!watcher.inbox.next("lost").empty());
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  QVERIFY(arrives(publishing, watcher, "after"));
}

void TestNatsCluster::afterAStoppedServerWatchersAreOnAnother() {
  NatsCluster cluster;
  Publishing publishing(options_for({cluster[2].url()}));
  NatsOptions options = options_for({cluster[0].url()});
  options.ping_interval = 200ms;
  options.connect_limit = 2s;  // the stopped server accepts connections and does not answer
  Watcher watcher(options);
  QVERIFY(arrives(publishing, watcher, "before"));
  cluster[0].stop();
  QVERIFY(!watcher.inbox.next("lost").empty());
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  QVERIFY(arrives(publishing, watcher, "after"));
}

void TestNatsCluster::aClusterThatWasRestartedIsFoundAgain() {
  NatsCluster cluster;
  Publishing publishing(options_for(cluster.urls()));
  Watcher watcher(options_for(cluster.urls()));
  QVERIFY(arrives(publishing, watcher, "before"));
  for (std::size_t i = 0; i < cluster.size(); ++i) cluster[i].kill();
  QVERIFY(!watcher.inbox.next("lost").empty());
  while (publishing.publisher.is_connected()) std::this_thread::sleep_for(1ms);
  QCOMPARE(publishing.publisher.publish(std::vector<std::string>{"x"}).errors, std::size_t{1});
  for (std::size_t i = 0; i < cluster.size(); ++i) cluster[i].start();
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  QVERIFY(arrives(publishing, watcher, "after"));
}

void TestNatsCluster::aServerThatJoinsIsUsed() {
  NatsCluster cluster(1);
  Watcher watcher(options_for({cluster[0].url()}));
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  Publishing publishing(options_for({cluster.add().url()}));
  QVERIFY(arrives(publishing, watcher, "from the new one"));
  cluster[0].kill();
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  QVERIFY(arrives(publishing, watcher, "through the new one alone"));
}

void TestNatsCluster::twoHundredWatchersReturnAfterARestart() {
  NatsServer server;
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (int i = 0; i < 200; ++i) watchers.push_back(std::make_unique<Watcher>(options_for({server.url()})));
  for (const auto& watcher : watchers) QCOMPARE(watcher->inbox.next("resync"), std::string("resync"));
  server.kill();
  for (const auto& watcher : watchers) QVERIFY(!watcher->inbox.next("lost").empty());
  server.start();
  for (const auto& watcher : watchers) QCOMPARE(watcher->inbox.next("resync"), std::string("resync"));
  Publishing publishing(options_for({server.url()}));
  publishing.publish({"to all"});
  for (const auto& watcher : watchers) QCOMPARE(watcher->inbox.next("payload"), std::string("payload to all"));
}

QTEST_GUILESS_MAIN(TestNatsCluster)
#include "tst_nats_cluster.moc"
