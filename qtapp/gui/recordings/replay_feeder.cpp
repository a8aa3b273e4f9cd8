// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/recordings/replay_feeder.hpp"

#include <algorithm>
#include <cstring>

namespace metabatch::gui {
namespace {

constexpr std::size_t kMostProblems = 1000;             // between two looks
constexpr auto kLongestWait = std::chrono::minutes(1);  // then it looks again

double inSeconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

ReplayFeeder::~ReplayFeeder() {
  requestStop();
  join();
}

std::optional<std::string> ReplayFeeder::open(const ReplayPlan& plan) {
  m_input = std::make_unique<feed::Input>(plan.file.toStdString());
  m_speed = plan.speed;
  if (m_input->problem().empty()) return std::nullopt;
  return m_input->problem();
}

void ReplayFeeder::start(engine::Lanes& lanes, const Config& config, Recorder& recorder) {
  m_intake = std::make_unique<feed::Intake>(
      lanes, config, [this](const feed::Line& line, const std::string& what) { complain(line.number, what); });
  m_intake->set_listener([&recorder](const Report& report, bool goesOn) { recorder.record(report, goesOn); });
  m_thread = std::thread([this] { run(); });
}

void ReplayFeeder::requestStop() {
  m_stop.request();
  {
    const std::lock_guard lock(m_mutex);
    m_isStopping = true;
  }
  m_changed.notify_all();
}

void ReplayFeeder::join() {
  if (m_thread.joinable()) m_thread.join();
}

void ReplayFeeder::run() {
  feed::LineReader lines(m_input->source(&m_stop));
  while (const auto line = lines.next()) {
    if (m_stop.is_requested()) return;  // stopped amid a line: what there is of it is no line
    const feed::Record& record = m_intake->read(*line);
    const std::optional<Duration> arrival = arrivalOf(record);
    const bool goesOn = isOfTheReportBefore(record, arrival);
    if (!waitUntilDue(record, arrival)) return;
    if (!m_intake->add(goesOn)) return;
    m_bytes = lines.bytes();
  }
  if (m_stop.is_requested()) return;
  const std::lock_guard lock(m_mutex);
  m_end = m_input->error() == 0 ? models::ReplayState::ended : models::ReplayState::failed;
  if (m_input->error() != 0) m_why = QString::fromStdString(m_input->name() + ": " + std::strerror(m_input->error()));
}

/// Where in recorded time the replay is now.
double ReplayFeeder::position() const {
  return *m_from + (m_isPaused ? 0 : m_speed * inSeconds(Clock::now() - m_fromAt));
}

void ReplayFeeder::goOnFrom(double position) {
  m_from = position;
  m_fromAt = Clock::now();
}

double ReplayFeeder::secondsLeft() const {
  if (!m_next || !m_from || m_speed <= 0 || m_isSkipping) return 0;
  return std::max(0.0, (*m_next - position()) / m_speed);
}

/// When the line arrived, as the recording counts; nothing: it comes with the one before it.
std::optional<Duration> ReplayFeeder::arrivalOf(const feed::Record& record) {
  const bool isUpdate = record.kind == feed::Record::Kind::update;
  if (record.begins_session) m_times.begin_anew();
  if (!isUpdate && record.kind != feed::Record::Kind::report) return std::nullopt;
  if (!isUpdate && !record.at_us) {
    ++m_untimed;
    return std::nullopt;
  }
  return m_times.next(record.at_us, isUpdate ? std::optional(record.update.collected_at) : std::nullopt);
}

/// Updates that arrived together are one report, as they are for whoever else reads a recording.
bool ReplayFeeder::isOfTheReportBefore(const feed::Record& record, std::optional<Duration> arrival) {
  if (!arrival || record.kind != feed::Record::Kind::update) {
    if (record.kind != feed::Record::Kind::blank) m_report.reset();
    return false;
  }
  const ReportId id{record.update.agent, record.update.collected_at, *arrival, record.at_us.has_value()};
  const bool isSame = m_report == id;
  m_report = id;
  return isSame;
}

bool ReplayFeeder::waitUntilDue(const feed::Record& record, std::optional<Duration> arrival) {
  std::unique_lock lock(m_mutex);
  if (arrival) {
    m_next = inSeconds(*arrival);
    if (!m_from) goOnFrom(*m_next);
  }
  for (double left = 0; !m_isStopping && (m_isPaused || (left = secondsLeft()) > 0);) {
    if (m_isPaused)
      m_changed.wait(lock);
    else
      m_changed.wait_for(lock,
                         std::min<std::chrono::duration<double>>(std::chrono::duration<double>(left), kLongestWait));
  }
  // As fast as possible, and past a wait that was skipped, recorded time is where the line is.
  if (m_next && (m_speed <= 0 || m_isSkipping) && !m_isStopping) goOnFrom(*m_next);
  m_isSkipping = false;
  m_next.reset();
  if (record.kind == feed::Record::Kind::update) m_sent = record.update.collected_at;
  return !m_isStopping;
}

void ReplayFeeder::setPaused(bool paused) {
  {
    const std::lock_guard lock(m_mutex);
    if (m_from) goOnFrom(position());
    m_isPaused = paused;
  }
  m_changed.notify_all();
}

void ReplayFeeder::setSpeed(double speed) {
  {
    const std::lock_guard lock(m_mutex);
    if (m_from) goOnFrom(position());
    m_speed = speed;
  }
  m_changed.notify_all();
}

void ReplayFeeder::skipWait() {
  {
    const std::lock_guard lock(m_mutex);
    m_isSkipping = m_next.has_value();
  }
  m_changed.notify_all();
}

void ReplayFeeder::setLane(const Config& config) {
  if (m_intake) m_intake->set_lane(config);
}

void ReplayFeeder::complain(std::uint64_t line, const std::string& what) {
  const std::lock_guard lock(m_mutex);
  if (m_problems.size() < kMostProblems)
    m_problems.push_back({line, QString::fromStdString(what)});
  else
    ++m_unreported;
}

models::ReplayProgress ReplayFeeder::takeProgress() {
  models::ReplayProgress progress;
  if (!m_intake) return progress;
  progress.lines = m_intake->lines();
  progress.badLines = m_intake->rejected_lines();
  progress.untimed = m_untimed;
  progress.bytes = m_bytes;
  progress.size = m_input->size();
  const std::lock_guard lock(m_mutex);
  progress.state = m_end != models::ReplayState::reading ? m_end
                   : m_isPaused                          ? models::ReplayState::paused
                                                         : models::ReplayState::reading;
  progress.speed = m_speed;
  progress.waitSeconds = secondsLeft();
  progress.at = m_sent;
  progress.why = m_why;
  progress.problems.swap(m_problems);
  progress.unreported = std::exchange(m_unreported, 0);
  return progress;
}

}  // namespace metabatch::gui
