// SPDX-License-Identifier: Apache-2.0
// Against a real nats-server, with a store whose outcome the test decides.
#include <QtTest>

#include "metabatch/chunks.hpp"
#include "pubsub/inbox.hpp"
#include "pubsub/nats_server.hpp"
#include "pubsub/nats_subscription.hpp"
#include "pubsub/publishing_store.hpp"

using namespace metabatch;
using namespace metabatch::pubsub;

namespace {

struct Inner final : engine::Store {
  FlushOutcome next;
  std::vector<std::string> chunks;
  FlushOutcome flush(std::span<const Update>, std::span<const std::string> given) override {
    chunks.assign(given.begin(), given.end());
    return next;
  }
  void cancel() noexcept override {}
};

Uuid numbered(std::uint8_t number) {
  Uuid id;
  id.bytes[15] = number;
  return id;
}

struct Scene {
  NatsServer server;
  Inbox inbox;
  NatsSubscription subscription;
  NatsPublisher publisher;
  Inner* inner = new Inner;
  PublishingStore store;
  std::vector<Update> entries;
  std::vector<std::string> chunks;

  explicit Scene(bool in_database)
      : subscription({.connection = {.servers = {server.url()}}, .subject = "s"},
                     {.on_resync = [this] { inbox.add("resync"); },
                      .on_payload = [this](std::string_view text) { inbox.add("payload " + std::string(text)); }}),
        publisher({.connection = {.servers = {server.url()}}, .subject = "s"}),
        store(std::unique_ptr<engine::Store>(inner), publisher, {.in_database = in_database}) {
    std::vector<Uuid> agents;
    for (std::uint8_t i = 1; i <= 3; ++i) {
      entries.push_back({numbered(i), "a", "1", "", {}});
      entries.push_back({numbered(i), "b", "2", "", {}});
      agents.push_back(numbered(i));
    }
    chunks = *encode_chunks(agents);
    inbox.next("resync");
    while (!publisher.is_connected()) std::this_thread::yield();
  }
};

std::string chunk_of(std::initializer_list<std::uint8_t> numbers) {
  std::vector<Uuid> agents;
  for (const std::uint8_t number : numbers) agents.push_back(numbered(number));
  return encode_chunks(agents)->front();
}

}  // namespace

class TestPublishingStore : public QObject {
  Q_OBJECT

 private slots:
  void aCommittedBatchIsPublished();
  void withTheDatabaseBothNotify();
  void aFailedBatchPublishesNothing();
  void onlyAgentsOfWhichSomethingWasCommittedAreNamed();
};

void TestPublishingStore::aCommittedBatchIsPublished() {
  Scene scene(false);
  const FlushOutcome outcome = scene.store.flush(scene.entries, scene.chunks);
  QCOMPARE(outcome.chunks_published, std::size_t{1});
  QCOMPARE(outcome.notify_bytes, std::size_t{66});
  QVERIFY(scene.inner->chunks.empty());
  QCOMPARE(scene.inbox.next("payload"), "payload " + scene.chunks[0]);
}

void TestPublishingStore::withTheDatabaseBothNotify() {
  Scene scene(true);
  scene.inner->next.chunks_published = 1;
  QCOMPARE(scene.store.flush(scene.entries, scene.chunks).chunks_published, std::size_t{2});
  QCOMPARE(scene.inner->chunks, scene.chunks);
  QCOMPARE(scene.inbox.next("payload"), "payload " + scene.chunks[0]);
}

void TestPublishingStore::aFailedBatchPublishesNothing() {
  Scene scene(false);
  scene.inner->next.failure = FailureClass::connection;
  QCOMPARE(scene.store.flush(scene.entries, scene.chunks).chunks_published, std::size_t{0});
  scene.inner->next = {};
  const std::vector<std::string> marker = {"marker"};
  scene.store.flush(scene.entries, marker);
  QCOMPARE(scene.inbox.next("payload"), std::string("payload marker"));  // nothing came before it
}

void TestPublishingStore::onlyAgentsOfWhichSomethingWasCommittedAreNamed() {
  Scene scene(false);
  scene.inner->next.failure = FailureClass::timeout;
  scene.inner->next.fates = {Fate::written,     Fate::unwritten, Fate::unwritten,
                             Fate::quarantined, Fate::unwritten, Fate::rows_stale};
  QCOMPARE(scene.store.flush(scene.entries, scene.chunks).chunks_published, std::size_t{1});
  QCOMPARE(scene.inbox.next("payload"), "payload " + chunk_of({1, 3}));
}

QTEST_GUILESS_MAIN(TestPublishingStore)
#include "tst_publishing_store.moc"
