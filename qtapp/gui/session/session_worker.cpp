// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/session/session_worker.hpp"

#include <QCoreApplication>

#include "engine/clock.hpp"
#include "gui/files/save_file.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr std::size_t kTooLong = 70'000;  // characters; the column holds 65,535
constexpr std::size_t kRefusedAtOnce = 3;
constexpr Duration kLeavingTimeout = std::chrono::milliseconds(1);
constexpr int kDrainEveryMs = 50;           // a drained session closes within this time
constexpr std::size_t kRing = 4096;         // notifications between two samples
constexpr std::size_t kMostFlushes = 5000;  // between two samples; as many as the log stores

}  // namespace

SessionWorker::SessionWorker(SessionPlan plan, std::shared_ptr<Recorder> recorder)
    : m_plan(std::move(plan)),
      m_ring(std::make_shared<engine::NotificationRing>(kRing)),
      m_recorder(std::move(recorder)),
      m_feeder(*m_recorder),
      m_registration(m_plan.database) {
  m_timer.setInterval(std::chrono::duration_cast<std::chrono::milliseconds>(models::kSampleEvery));
  m_timer.setTimerType(Qt::PreciseTimer);
  connect(&m_timer, &QTimer::timeout, this, &SessionWorker::sample);
  m_drainTimer.setInterval(kDrainEveryMs);
  connect(&m_drainTimer, &QTimer::timeout, this, &SessionWorker::drain);
}

/// The window was destroyed without waiting for the end.
SessionWorker::~SessionWorker() {
  if (!m_lanes) return;
  beginClosing();
  if (m_lanes) finish();
}

void SessionWorker::start() {
  if (const auto wrong = begin()) {
    emit failedToStart(QString::fromStdString(*wrong));
    return;
  }
  emit started();
  if (m_plan.alsoFeed) m_plan.alsoFeed(m_lanes.get());
  sample();
  m_timer.start();
}

std::optional<std::string> SessionWorker::begin() {
  if (auto wrong = openSource()) return wrong;
  m_store = std::make_unique<FaultStore>(m_plan.database.make_store(
      {.config = m_plan.config,
       .register_missing = m_plan.replay && m_plan.replay->registersMissing,
       .notifier = &m_notifier,
       .on_alarm =
           [this](const std::string& text) {
             const std::lock_guard lock(m_mutex);
             m_alarms.push_back(QString::fromStdString(text));
           },
       .on_refused = [this](const Update& entry,
                            const sql::Refusal& refusal) { m_store->onRefusal(entry, refusal); }}));
  engine::EngineOptions options;
  options.on_flush = [this](const engine::FlushRecord& record) { onFlush(record); };
  engine::Store* const stores[] = {m_store.get()};
  m_lanes = engine::Lanes::create(m_plan.config, stores, std::move(options)).value();
  m_subscription = m_notifier.subscribe(m_ring);
  if (m_replay)
    m_replay->start(*m_lanes, m_plan.config, *m_recorder);
  else
    m_feeder.start(m_plan.fleet, *m_lanes);
  return std::nullopt;
}

/// Opens the input before it connects to the database.
std::optional<std::string> SessionWorker::openSource() {
  if (m_plan.replay) {
    m_replay = std::make_unique<ReplayFeeder>();
    if (auto wrong = m_replay->open(*m_plan.replay)) return wrong;
  }
  if (std::string wrong = sql::SqliteClaim::take(m_plan.database, m_plan.config, m_claim); !wrong.empty()) return wrong;
  if (const auto wrong = m_plan.database.check()) return wrong->message;
  return m_replay ? std::nullopt : registerFleet(m_plan.fleet);
}

std::optional<std::string> SessionWorker::registerFleet(const Fleet& options) const {
  const engine::LiveFleet fleet(options, kFleetSeed, {});
  const auto registered = m_plan.database.register_agents(fleet.registered(), fleet.keys());
  if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&registered))
    return "cannot register the agents: " + failed->message;
  return std::nullopt;
}

/// On the flusher's thread, right after the flush.
void SessionWorker::onFlush(const engine::FlushRecord& record) {
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
  line.took = std::max(record.took - m_store->pausedTime(), Duration{});  // a pause does not count as time of the flush
  line.fates = record.fates;
  line.failure = record.failure;
  line.retries = record.retries;
  line.publishErrors = record.publish_errors;
  line.sqlstate = record.sqlstate;
  line.message = record.message;
  line.chunks = m_store->lastChunks();
  std::vector<models::RefusedLine> refused = m_store->takeRefused();
  const std::lock_guard lock(m_mutex);
  m_flushTime += line.took;
  if (m_refused.size() < models::Quarantine::kLines)
    m_refused.insert(m_refused.end(), std::make_move_iterator(refused.begin()), std::make_move_iterator(refused.end()));
  if (m_flushes.size() >= kMostFlushes) m_flushes.erase(m_flushes.begin(), m_flushes.begin() + kMostFlushes / 2);
  m_flushes.push_back(std::move(line));
}

void SessionWorker::sample() {
  if (!m_lanes) return;
  auto shown = std::make_shared<SessionSnapshot>();
  if (m_timer.isActive()) shown->registered = m_registration.step(engine::system_clock().now());
  const engine::Snapshot snapshot = m_lanes->snapshot();
  models::Sample& sample = shown->sample;
  sample.at = engine::system_clock().now();
  sample.counters = snapshot.counters;
  sample.flushes = snapshot.metrics.flushes;
  sample.delay = snapshot.metrics.delay;
  sample.reports = m_replay ? m_replay->reports() : m_feeder.reports();
  if (m_replay) shown->replay = m_replay->takeProgress();
  sample.bufferedEntries = snapshot.buffered_entries;
  sample.bufferedBytes = snapshot.buffered_bytes;
  sample.oldestAge = snapshot.oldest_age;
  sample.config = snapshot.config;
  const WallTime now = engine::system_clock().wall_now();
  while (const auto one = m_ring->try_next()) shown->channel.push_back(models::channelLine(*one, now));
  {
    const std::lock_guard lock(m_mutex);
    shown->flushes.swap(m_flushes);
    shown->refused.swap(m_refused);
    shown->alarms.swap(m_alarms);
    sample.flushTime = m_flushTime;
  }
  for (const models::FlushLine& flush : shown->flushes) {
    m_recorder->record(flush);
    if (m_plan.registersAgain && !m_isFleetRemoved && flush.fates.unmatched > 0)
      m_registration.beginAgain(m_plan.fleet, sample.at);
  }
  m_recorder->record(sample);
  shown->recordedBytes = m_recorder->bytes();
  if (const auto wrong = m_recorder->takeProblem()) emit refused(QString::fromStdString(*wrong));
  emit sampled(shown);
}

void SessionWorker::apply(const Config& config) {
  if (!m_lanes) return;
  std::string wrong = m_claim ? m_claim->change(config) : "";
  if (const auto done = wrong.empty() ? m_lanes->reconfigure(config) : Result<void>(); !done)
    wrong = engine::describe(done.error(), config, 1);
  if (!wrong.empty()) emit refused(QString::fromStdString(wrong));
  const Config running = m_lanes->snapshot().config;
  if (m_claim && !wrong.empty()) (void)m_claim->change(running);
  if (m_replay) m_replay->setLane(running);
  emit applied(running);
}

void SessionWorker::changeFleet(const Fleet& fleet) {
  if (!m_lanes || m_replay) return;
  if (const auto wrong = registerFleet(fleet)) {
    emit refused(QString::fromStdString(*wrong));
    emit fleetChanged(m_plan.fleet);
    return;
  }
  m_plan.fleet = fleet;
  m_isFleetRemoved = false;
  m_registration.stop();
  m_feeder.start(fleet, *m_lanes);
  emit fleetChanged(fleet);
}

void SessionWorker::registerFleetAgain() {
  if (m_lanes && !m_replay) m_registration.begin(m_plan.fleet);
}

/// Buffered entries of the fleet count as unmatched when they are flushed.
void SessionWorker::removeFleet() {
  if (!m_lanes || m_replay) return;
  m_feeder.stop();
  m_registration.stop();
  m_isFleetRemoved = true;
  const auto removed = m_registration.remove(m_plan.fleet);
  if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&removed))
    return emit refused(tr("The rows cannot be removed: %1").arg(QString::fromStdString(failed->message)));
  emit fleetRemoved(std::get<std::size_t>(removed));
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

/// Sends raw updates, because a report would be cut long before a column could refuse it.
void SessionWorker::sendRefused() {
  if (!m_lanes || m_replay) return;
  const engine::LiveFleet fleet(m_plan.fleet, kFleetSeed, {});
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
  if (const auto ended = m_recorder->stop()) emit recorded({QString::fromStdString(ended->file), ended->bytes});
  if (const auto wrong = m_recorder->takeProblem()) emit refused(QString::fromStdString(*wrong));
  if (file.isEmpty() || !m_lanes) return;
  const SessionHead head{.started = {},
                         .program = "metabatch-desktop " METABATCH_VERSION,
                         .source = m_plan.isDemo ? "the demo" : m_plan.database.shown(),
                         .config = m_lanes->snapshot().config};
  if (const auto wrong = m_recorder->start(file.toStdString(), head)) emit refused(QString::fromStdString(*wrong));
}

/// Nothing arrives any more, and the batcher continues until nothing is buffered. Only then is it
/// closed, because the operator may wait for a database longer than the batcher would.
void SessionWorker::beginClosing() {
  if (!m_lanes || m_drainTimer.isActive()) return;
  if (m_plan.alsoFeed) m_plan.alsoFeed(nullptr);
  m_feeder.stop();
  m_registration.stop();
  if (m_replay) m_replay->requestStop();
  m_store->setFault(Fault::none);
  m_store->setPaused(false);
  m_closingSince = engine::system_clock().now();
  m_drainTimer.start();
  drain();
}

void SessionWorker::drain() {
  if (!m_lanes) return;
  const engine::Snapshot snapshot = m_lanes->snapshot();
  if (snapshot.counters.held() == 0) return finish();
  m_lanes->flush_now();
  const bool isLate = engine::system_clock().now() - m_closingSince >= snapshot.config.final_flush_timeout;
  if (isLate && !std::exchange(m_isOverdue, true)) emit overdue();
}

void SessionWorker::leave(const QString& file) {
  if (!m_lanes) return;
  m_drainTimer.stop();
  m_store->abandon();
  Config config = m_lanes->snapshot().config;
  config.final_flush_timeout = kLeavingTimeout;
  (void)m_lanes->reconfigure(config);
  m_lanes->close();
  if (!file.isEmpty() && !save(file)) return;
  finish();
}

bool SessionWorker::save(const QString& file) {
  QString why;
  m_lanes->spool([&](std::span<const Update> updates) {
    QByteArray lines;
    for (const Update& update : updates) lines += models::updateNdjson(update);
    why = saveFile(file, lines);
    return why.isEmpty();
  });
  if (!why.isEmpty()) emit notSaved(tr("%1: %2").arg(file, why));
  return why.isEmpty();
}

void SessionWorker::finish() {
  m_timer.stop();
  m_drainTimer.stop();
  m_lanes->close();
  if (m_replay) m_replay->join();
  sample();
  record({});
  const quint64 lost = m_lanes->snapshot().counters.held();
  m_subscription.end();
  m_lanes.reset();
  m_store.reset();
  emit closed(lost);
}

}  // namespace metabatch::gui
