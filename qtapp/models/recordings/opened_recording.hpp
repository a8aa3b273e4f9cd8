// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "models/charts/arrival_ring.hpp"
#include "models/charts/live_series.hpp"
#include "models/charts/measured.hpp"
#include "models/health_view.hpp"
#include "recording/recording_reader.hpp"
#include "recording/session_lines.hpp"

namespace metabatch::models {

/// A recorded session as the pages show it: the values that a live session collects, all at once.
struct OpenedRecording {
  std::optional<SessionHead> head;  ///< the first
  Instant began{}, ended{};
  WallTime started{};  ///< `began`, for people
  LiveSeries series;
  std::vector<FlushLine> flushes;                           ///< the newest FlushLog::kLines
  ArrivalRing arrivals{std::chrono::hours(24 * 366 * 40)};  ///< of the newest, within its bytes
  Measured measured;
  Condition condition;
  health::Collector health;
  bool hasSamples = false;  ///< false: only updates, of a file that was made for ingest
  quint64 lines = 0, updates = 0, reports = 0, badLines = 0;
  QStringList problems;  ///< of the first bad lines, `line 17: ...`
};

/// Reads a recorded session (docs/recording-format.md), block by block.
///
/// @units the recording ends before `now` by as much as its wall clock was before `wallNow`; or it
///        begins at `begins`, to be laid over another one
/// @cost  memory is bounded whatever the length: that of LiveSeries, FlushLog, Measured and
///        ArrivalRing
class OpenedRecordingReader {
 public:
  static constexpr int kProblems = 20;  ///< reported; the others are counted

  OpenedRecordingReader(Instant now, WallTime wallNow, std::optional<Instant> begins = std::nullopt);

  void read(std::string_view block) { m_reader.read(block); }
  /// Call it once, at the end.
  std::shared_ptr<OpenedRecording> finish();

 private:
  void on(RecordedReport&& report);
  void onLine(std::string_view line, std::uint64_t number);
  void on(const SessionHead& head);
  void on(const SessionFlush& flush);
  void on(const SessionSample& sample);
  void settle();
  void begin(WallTime started);
  void addProblem(const QString& problem);
  void appendBins();
  [[nodiscard]] Instant instant(Duration at) const;
  [[nodiscard]] WallTime wall(Duration at) const;

  const Instant m_now;
  const WallTime m_wallNow;
  const std::optional<Instant> m_begins;
  std::shared_ptr<OpenedRecording> m_session = std::make_shared<OpenedRecording>();
  bool m_hasBegun = false;
  Config m_config;
  Sample m_newest;   // as shown: of all heads together
  Sample m_earlier;  // the counts of the sessions before the newest head
  SessionSample m_last;
  struct Bin {
    std::uint64_t updates = 0, reports = 0;
  };
  std::map<std::int64_t, Bin> m_bins;  // arrivals per kSampleEvery, while there is no sample
  RecordingReader m_reader;
};

}  // namespace metabatch::models
