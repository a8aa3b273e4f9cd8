// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <functional>
#include <memory>
#include <optional>

#include "gui/recordings/tune_runner.hpp"
#include "models/tuning/tuning_table.hpp"

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QTableView;

namespace metabatch::gui {

/// Searches settings with core's tuner, on the updates that arrived and the database as it was
/// measured. Shows the frontier and the recommended settings; Apply requests those of the selected
/// row. A recording has nothing to apply them to.
class TuneDialog : public QDialog {
  Q_OBJECT

 public:
  using Question = std::function<std::optional<models::WhatIfQuestion>()>;

  /// @shape question: of the open source; nothing: too little has arrived
  TuneDialog(Question question, bool isLive, QWidget* parent = nullptr);

  /// Starts the search, or reports what is wrong with the bound.
  void search();
  /// The session has ended; what was found can only be read.
  void endSession();
  [[nodiscard]] bool isRunning() const { return m_runner.isRunning(); }
  [[nodiscard]] const models::TuningTable& table() const { return m_table; }
  [[nodiscard]] QString verdict() const;

 signals:
  void applyWanted(const metabatch::Config& config);

 private:
  void makeLayout();
  QWidget* makeQuestion();
  QWidget* makeButtons();
  void show(const std::shared_ptr<const models::TuneAnswer>& answer);
  void refresh();
  void apply();

  const Question m_question;
  bool m_isLive;
  models::TuningTable m_table;
  TuneRunner m_runner{this};
  QLineEdit* m_delay;
  QPushButton* m_search;
  QPushButton* m_cancel;
  QPushButton* m_apply;
  QProgressBar* m_progress;
  QLabel* m_verdict;
  QLabel* m_settings;
  QLabel* m_reasons;
  QLabel* m_basis;
  QTableView* m_rows;
};

}  // namespace metabatch::gui
