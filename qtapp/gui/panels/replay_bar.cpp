// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/panels/replay_bar.hpp"

#include <QComboBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "gui/session/live_session.hpp"
#include "gui/window/tables.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr std::size_t kKept = 10'000;  // problems
constexpr double kSpeeds[] = {1, 2, 5, 10, 60, 600, 0};
constexpr double kWaitWorthSkipping = 2;  // seconds
constexpr int kLongestName = 200;         // pixels

}  // namespace

void addSpeeds(QComboBox& box) {
  for (const double speed : kSpeeds) box.addItem(models::speedText(speed), speed);
}

ReplayBar::ReplayBar(QWidget* parent)
    : QToolBar(tr("Replay"), parent),
      m_name(new QLabel),
      m_share(new QProgressBar),
      m_text(new QLabel),
      m_bad(new QPushButton),
      m_skip(new QToolButton),
      m_pause(new QToolButton),
      m_speed(new QComboBox) {
  setObjectName("replay-bar");
  setMovable(false);
  m_share->setObjectName("replay-share");
  m_share->setRange(0, 1000);
  m_share->setFixedWidth(140);
  m_share->setAccessibleName(tr("Share of the input that was read"));
  m_text->setMinimumWidth(80);
  m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // cut when space is short
  m_text->setIndent(8);
  m_bad->setObjectName("replay-bad");
  m_bad->setAccessibleName(tr("Refused lines"));
  m_skip->setObjectName("replay-skip");
  m_skip->setText(tr("Skip the wait"));
  m_skip->setToolTip(tr("Send the next line now; later lines keep their distance to it"));
  m_pause->setObjectName("replay-pause");
  m_pause->setText(tr("Pause replay"));
  m_pause->setToolTip(tr("No line is sent until this is switched off; lines already sent are written (Ctrl+P)"));
  m_pause->setShortcut(Qt::CTRL | Qt::Key_P);
  m_pause->setCheckable(true);
  m_speed->setObjectName("replay-speed");
  m_speed->setAccessibleName(tr("Speed of the replay"));
  addWidget(makeRow());
  connect(m_pause, &QToolButton::toggled, this, &ReplayBar::pauseWanted);
  connect(m_skip, &QToolButton::clicked, this, &ReplayBar::skipWanted);
  connect(m_bad, &QPushButton::clicked, this, &ReplayBar::showProblems);
  connect(m_speed, &QComboBox::activated, this, [this] { emit speedWanted(m_speed->currentData().toDouble()); });
}

/// A tool bar's own layout lets cut texts overlap.
QWidget* ReplayBar::makeRow() {
  auto* const row = new QWidget;
  auto* const layout = new QHBoxLayout(row);
  layout->setContentsMargins(4, 0, 4, 0);
  for (QWidget* const part : std::initializer_list<QWidget*>{m_name, m_share, m_text, m_bad, m_skip, m_pause, m_speed})
    layout->addWidget(part);
  layout->setStretchFactor(m_text, 1);
  return row;
}

void ReplayBar::begin(const SessionPlan& plan) {
  setVisible(plan.replay.has_value());
  if (!plan.replay) return;
  m_problems.clear();
  m_unreported = 0;
  const QString file = plan.replay->file;
  const QString name = file == "-" ? tr("standard input") : QFileInfo(file).fileName();
  m_name->setText(m_name->fontMetrics().elidedText(name, Qt::ElideMiddle, kLongestName));
  m_name->setToolTip(file);
  const QSignalBlocker quiet(m_pause);
  m_pause->setChecked(false);
  fillSpeeds(plan.replay->speed);
  setProgress({});
}

void ReplayBar::fillSpeeds(double speed) {
  m_speed->clear();
  addSpeeds(*m_speed);
  int index = m_speed->findData(speed);
  if (index < 0) {
    index = m_speed->count() - 1;  // before "as fast as possible"
    m_speed->insertItem(index, models::speedText(speed), speed);
  }
  m_speed->setCurrentIndex(index);
}

void ReplayBar::setProgress(const models::ReplayProgress& progress) {
  const auto share = models::replayShare(progress);
  const bool isOver = progress.state == models::ReplayState::ended || progress.state == models::ReplayState::failed;
  m_share->setVisible(share.has_value());
  m_bad->setVisible(progress.badLines > 0 || !m_problems.empty() || !progress.problems.empty());
  m_skip->setVisible(!isOver && progress.waitSeconds >= kWaitWorthSkipping);
  m_share->setValue(static_cast<int>(share.value_or(0) * 1000));
  m_share->setFormat(models::percentText(share.value_or(0)));
  const QString text = models::replayText(progress);
  m_text->setText(text);
  m_text->setToolTip(text);
  for (const models::LineProblem& one : progress.problems) m_problems.push_back(one);
  m_unreported += progress.unreported;
  for (; m_problems.size() > kKept; ++m_unreported) m_problems.pop_front();
  m_bad->setText(progress.badLines > 0 ? models::counted(progress.badLines, "bad line") : tr("Remarks"));
  m_pause->setEnabled(!isOver);
  m_speed->setEnabled(!isOver);
}

QString ReplayBar::text() const { return m_text->text(); }

QString ReplayBar::problemsText() const {
  QStringList lines;
  if (m_unreported > 0) lines += tr("%1 earlier or in between, not stored").arg(models::withCommas(m_unreported));
  for (const models::LineProblem& one : m_problems)
    lines += tr("line %1: %2").arg(models::withCommas(one.line), one.what);
  return lines.join('\n');
}

void ReplayBar::showProblems() { openText(*this, "replay-problems", tr("Refused lines"), problemsText()); }

}  // namespace metabatch::gui
