// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/session/session_worker.hpp"

#include <QCoreApplication>

#include "engine/clock.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr std::size_t kTooLong = 70'000;  // characters; the column holds 65,535
constexpr std::size_t kRefusedAtOnce = 3;
constexpr std::size_t kRing = 4096;         // notifications between two looks
constexpr std::size_t kMostFlushes = 5000;  // between two looks; as many as the log keeps

}  // namespace

SessionWorker::SessionWorker(SessionPlan plan, std::shared_ptr<SessionRecorder> recorder)
    : m_plan(std::move(plan)),
      m_ring(std::make_shared<engine::NotificationRing>(kRing)),
      m_recorder(std::move(recorder)),
      m_feeder(*m_recorder),
      m_registration(m_plan.database) {
  m_timer.setInterval(std::chrono::duration_cast<std::chrono::milliseconds>(models::kSampleEvery));
  m_timer.setTimerType(Qt::PreciseTimer);
  connect(&m_timer, &QTimer::timeout, this, &SessionWorker::look);
}

SessionWorker::~SessionWorker() { close(); }

void SessionWorker::start() {
  if (const auto wrong = begin()) {
    emit failedToStart(QString::fromStdString(*wrong));
    return;
  }
  emit started();
  if (m_plan.alsoFeed) m_plan.alsoFeed(m_lanes.get());
  look();
  m_timer.start();
}

std::optional<std::string> SessionWorker::begin() {
  const Result<Config> config = validated(m_plan.config);
  if (!config) return describe(config.error(), m_plan.config);
  if (const auto wrong = openSource()) return wrong;
  m_store = std::make_unique<FaultStore>(m_plan.database.make_store(
      {.config = *config,
       .register_missing = m_plan.replay && m_plan.replay->registersMissing,
       .notifier = &m_notifier,
       .on_alarm =
           [this](const std::string& said) {
             const std::lock_guard lock(m_mutex);
             m_alarms.push_back(QString::fromStdString(said));
           },
       .on_refused = [this](const Update& entry,
                            const sql::Refusal& refusal) { m_store->hearRefusal(entry, refusal); }}));
  engine::EngineOptions options;
  options.on_flush = [this](const engine::FlushRecord& record) { take(record); };
  engine::Store* const stores[] = {m_store.get()};
  auto lanes = engine::Lanes::create(*config, stores, std::move(options));
  if (!lanes) return engine::describe(lanes.error(), m_plan.config, 1);
  m_lanes = std::move(*lanes);
  m_subscription = m_notifier.subscribe(m_ring);
  if (m_replay)
    m_replay->start(*m_lanes, *config, *m_recorder);
  else
    m_feeder.start(m_plan.fleet, *m_lanes);
  return std::nullopt;
}

/// What is to be read is looked at before a database is.
std::optional<std::string> SessionWorker::openSource() {
  if (m_plan.replay) {
    m_replay = std::make_unique<ReplayFeeder>();
    if (const auto wrong = m_replay->open(*m_plan.replay)) return wrong;
  }
  if (const auto wrong = m_plan.database.check()) return wrong->message;
  return m_replay ? std::nullopt : registerFleet(m_plan.fleet);
}

std::optional<std::string> SessionWorker::registerFleet(const engine::FleetOptions& options) const {
  const engine::Fleet fleet(options);
  const auto registered = m_plan.database.register_agents(fleet.registered(), fleet.keys());
  if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&registered))
    return "cannot register the agents: " + failed->message;
  return std::nullopt;
}

/// On the flusher's thread, right after the flush.
void SessionWorker::take(const engine::FlushRecord& record) {
  engine::Clock& clock = engine::system_clock();
  const Duration ago = clock.now() - record.started;
  models::FlushLine line;
  line.id = record.id;
  line.lane = record.lane;
  line.at = record.started;
  line.wall = clock.wall_now() - std::chrono::duration_cast<std::chrono::microseconds>(ago);
  line.reason = record.reason;
  line.entries = record.entries;
  line.agents = record.agents;
  line.took = record.took;
  line.fates = record.fates;
  line.failure = record.failure;
  line.retries = record.retries;
  line.publishErrors = record.publish_errors;
  line.sqlstate = record.sqlstate;
  line.message = record.message;
  line.chunks = m_store->lastChunks();
  std::vector<models::RefusedLine> refused = m_store->takeRefused();
  const std::lock_guard lock(m_mutex);
  if (m_refused.size() < models::Quarantine::kLines)
    m_refused.insert(m_refused.end(), std::make_move_iterator(refused.begin()), std::make_move_iterator(refused.end()));
  if (m_flushes.size() >= kMostFlushes) m_flushes.erase(m_flushes.begin(), m_flushes.begin() + kMostFlushes / 2);
  m_flushes.push_back(std::move(line));
}

void SessionWorker::look() {
  if (!m_lanes) return;
  auto look = std::make_shared<Look>();
  if (m_timer.isActive()) look->registered = m_registration.step(engine::system_clock().now());
  const engine::Snapshot snapshot = m_lanes->snapshot();
  look->sample.at = engine::system_clock().now();
  look->sample.counters = snapshot.counters;
  look->sample.flushes = snapshot.metrics.flushes;
  look->sample.delay = snapshot.metrics.delay;
  look->sample.reports = m_replay ? m_replay->reports() : m_feeder.reports();
  if (m_replay) look->replay = m_replay->takeProgress();
  look->sample.roomEntries = snapshot.buffered_entries;
  look->sample.roomBytes = snapshot.buffered_bytes;
  look->sample.oldestAge = snapshot.oldest_age;
  look->sample.config = snapshot.config;
  const WallTime now = engine::system_clock().wall_now();
  while (const auto one = m_ring->try_next()) look->channel.push_back(models::channelLine(*one, now));
  {
    const std::lock_guard lock(m_mutex);
    look->flushes.swap(m_flushes);
    look->refused.swap(m_refused);
    look->alarms.swap(m_alarms);
  }
  for (const models::FlushLine& flush : look->flushes) {
    m_recorder->take(flush);
    if (m_plan.registersAgain && flush.fates.unmatched > 0) m_registration.beginAgain(m_plan.fleet, look->sample.at);
  }
  m_recorder->take(look->sample);
  if (const auto wrong = m_recorder->takeTrouble()) emit refused(QString::fromStdString(*wrong));
  emit looked(look);
}

void SessionWorker::apply(const Config& config) {
  if (!m_lanes) return;
  if (const auto done = m_lanes->reconfigure(config); !done)
    emit refused(QString::fromStdString(engine::describe(done.error(), config, 1)));
  const Config running = m_lanes->snapshot().config;
  if (m_replay) m_replay->setLane(running);
  emit applied(running);
}

void SessionWorker::changeFleet(const engine::FleetOptions& fleet) {
  if (!m_lanes || m_replay) return;
  if (const auto wrong = registerFleet(fleet)) {
    emit refused(QString::fromStdString(*wrong));
    emit fleetChanged(m_plan.fleet);
    return;
  }
  m_plan.fleet = fleet;
  m_registration.stop();
  m_feeder.start(fleet, *m_lanes);
  emit fleetChanged(fleet);
}

void SessionWorker::registerFleetAgain() {
  if (m_lanes && !m_replay) m_registration.begin(m_plan.fleet);
}

void SessionWorker::flushNow() {
  if (m_lanes) m_lanes->flush_now();
}

void SessionWorker::setFlushingPaused(bool paused) {
  if (m_store) m_store->setPaused(paused);
}

void SessionWorker::setFault(Fault fault) {
  if (m_store) m_store->setFault(fault);
}

/// As raw updates: what an agent reports is cut long before a column could refuse it.
void SessionWorker::sendRefused() {
  if (!m_lanes || m_replay) return;
  const engine::Fleet fleet(m_plan.fleet);
  const std::string tooLong(kTooLong, 'x');
  const std::string withControls = "\x1b[31mred\x07 " + std::string("\u202e") + "desrever " + tooLong;
  for (std::size_t i = 0; i < std::min(kRefusedAtOnce, fleet.registered().size()); ++i)
    (void)m_lanes->add({fleet.registered()[i],
                        fleet.keys()[i % fleet.keys().size()],
                        i == 1 ? withControls : tooLong,
                        {},
                        engine::system_clock().wall_now()});
}

void SessionWorker::setReplayPaused(bool paused) {
  if (m_replay) m_replay->setPaused(paused);
}

void SessionWorker::setReplaySpeed(double speed) {
  if (m_replay) m_replay->setSpeed(speed);
}

void SessionWorker::skipReplayWait() {
  if (m_replay) m_replay->skipWait();
}

void SessionWorker::record(const QString& file) {
  m_recorder->stop();
  if (const auto wrong = m_recorder->takeTrouble()) emit refused(QString::fromStdString(*wrong));
  if (file.isEmpty() || !m_lanes) return;
  const SessionHead head{.started = {},
                         .program = "metabatch-desktop " METABATCH_VERSION,
                         .source = m_plan.isDemo ? "the demo" : m_plan.database.shown(),
                         .config = m_lanes->snapshot().config};
  if (const auto wrong = m_recorder->start(file.toStdString(), head)) emit refused(QString::fromStdString(*wrong));
}

void SessionWorker::close() {
  if (!m_lanes) return;
  if (m_plan.alsoFeed) m_plan.alsoFeed(nullptr);
  m_timer.stop();
  m_feeder.stop();
  if (m_replay) m_replay->requestStop();
  m_store->setFault(Fault::none);
  m_store->setPaused(false);
  m_lanes->close();
  if (m_replay) m_replay->join();
  look();
  record({});
  const quint64 held = m_lanes->snapshot().counters.held();
  m_subscription.end();
  m_lanes.reset();
  m_store.reset();
  emit closed(held);
}

}  // namespace metabatch::gui
