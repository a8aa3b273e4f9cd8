// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/session/session_recorder.hpp"

#include <cerrno>
#include <cstring>

#include "engine/clock.hpp"
#include "recording/recording_reader.hpp"

namespace metabatch::gui {

Duration SessionRecorder::since(Instant at) const { return std::max<Duration>(at - m_began, Duration{}); }

void SessionRecorder::take(const Report& report, bool goesOn) {
  Instant now = engine::system_clock().now();
  {
    const std::lock_guard lock(m_ringMutex);
    if (goesOn) now = m_arrived;
    m_arrived = now;
    m_ring.add(report, now, goesOn);
  }
  if (!m_isRecording) return;
  const std::lock_guard lock(m_fileMutex);
  m_lines.clear();
  append_report(m_lines, report, since(now));
  write(m_lines);
}

void SessionRecorder::take(const models::FlushLine& flush) {
  if (!m_isRecording) return;
  const std::lock_guard lock(m_fileMutex);
  SessionFlush line;
  line.at = since(flush.at);
  line.took = flush.took;
  line.id = flush.id;
  line.lane = flush.lane;
  line.reason = flush.reason;
  line.entries = flush.entries;
  line.agents = flush.agents;
  line.fates = flush.fates;
  line.failure = flush.failure;
  line.retries = flush.retries;
  line.publish_errors = flush.publishErrors;
  line.sqlstate = flush.sqlstate;
  line.message = flush.message;
  if (flush.chunks) line.chunks = *flush.chunks;
  write(session_line(line));
}

void SessionRecorder::take(const models::Sample& sample) {
  if (!m_isRecording) return;
  const std::lock_guard lock(m_fileMutex);
  const Duration at = since(sample.at);
  if (!(sample.config == m_config)) write(session_line(SessionSettings{at, sample.config}));
  m_config = sample.config;
  SessionSample line{
      at, sample.counters, sample.flushes, sample.delay, sample.reports, sample.roomEntries, sample.roomBytes};
  // Of the first one the delays of before the recording are nobody's.
  line.delay -= m_delay.value_or(sample.delay);
  m_delay = sample.delay;
  write(session_line(line));
  m_file.flush();
}

void SessionRecorder::mark(const std::string& text) {
  if (!m_isRecording) return;
  const std::lock_guard lock(m_fileMutex);
  write(session_line(SessionMark{since(engine::system_clock().now()), text}));
}

models::ArrivalRing SessionRecorder::arrivals() {
  const std::lock_guard lock(m_ringMutex);
  return m_ring.snapshot();
}

std::optional<std::string> SessionRecorder::start(const std::string& file, SessionHead head) {
  stop();
  const std::lock_guard lock(m_fileMutex);
  m_file.clear();
  m_file.open(file, std::ios::binary | std::ios::trunc);
  if (!m_file) return file + ": " + std::strerror(errno);
  m_name = file;
  m_began = engine::system_clock().now();
  m_config = head.config;
  m_delay.reset();
  head.started = engine::system_clock().wall_now();
  m_file << session_line(head);
  m_isRecording = true;
  return std::nullopt;
}

void SessionRecorder::stop() {
  m_isRecording = false;
  const std::lock_guard lock(m_fileMutex);
  if (!m_file.is_open()) return;
  m_file.close();  // what the stream still held may fail to be written only now
  if (!m_file) m_trouble = m_name + ": " + std::strerror(errno) + "; the recording ends before this";
}

void SessionRecorder::write(const std::string& lines) {
  if (!m_file.is_open()) return;
  m_file.write(lines.data(), static_cast<std::streamsize>(lines.size()));
  if (m_file) return;
  m_trouble = m_name + ": " + std::strerror(errno) + "; the recording ends before this";
  m_file.close();
  m_isRecording = false;
}

std::optional<std::string> SessionRecorder::takeTrouble() {
  const std::lock_guard lock(m_fileMutex);
  if (m_trouble.empty()) return std::nullopt;
  return std::exchange(m_trouble, {});
}

}  // namespace metabatch::gui
