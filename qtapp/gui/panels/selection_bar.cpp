// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/panels/selection_bar.hpp"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>

#include "engine/clock.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

QString clockOf(Instant instant) {
  engine::Clock& clock = engine::system_clock();
  const auto ago = std::chrono::duration_cast<std::chrono::microseconds>(clock.now() - instant);
  return models::clockText(clock.wall_now() - ago);
}

}  // namespace

SelectionBar::SelectionBar(models::TimeWindow& window, QWidget* parent)
    : QFrame(parent), m_window(window), m_text(new QLabel) {
  setFrameShape(QFrame::StyledPanel);
  m_text->setAccessibleName(tr("Selected time"));
  auto* const zoom = new QPushButton(tr("&Zoom to it"));
  zoom->setObjectName("selection-zoom");
  zoom->setToolTip(tr("Show this stretch alone (Enter)"));
  auto* const clear = new QPushButton(tr("Cl&ear"));
  clear->setObjectName("selection-clear");
  clear->setToolTip(tr("Show everything again (Esc)"));
  auto* const layout = new QHBoxLayout(this);
  layout->setContentsMargins(10, 2, 6, 2);
  layout->addWidget(m_text, 1);
  layout->addWidget(zoom);
  layout->addWidget(clear);
  connect(zoom, &QPushButton::clicked, &window, &models::TimeWindow::zoomToSelection);
  connect(clear, &QPushButton::clicked, &window, &models::TimeWindow::clearSelection);
  auto* const key = new QShortcut(Qt::Key_Escape, this);  // of the window while the bar is in sight
  connect(key, &QShortcut::activated, &window, &models::TimeWindow::clearSelection);
  connect(&window, &models::TimeWindow::selectionChanged, this, &SelectionBar::refresh);
  refresh();
}

void SelectionBar::setShown(const QString& shown) {
  if (shown == m_shown) return;
  m_shown = shown;
  refresh();
}

QString SelectionBar::text() const { return m_text->text(); }

void SelectionBar::refresh() {
  const auto picked = m_window.selection();
  setVisible(picked.has_value());
  if (!picked) return;
  const double seconds = static_cast<double>((picked->to - picked->from).count()) / 1e9;
  QString text =
      tr("Selected: %1 to %2 (%3)").arg(clockOf(picked->from), clockOf(picked->to), models::secondsText(seconds));
  if (!m_shown.isEmpty()) text += QStringLiteral(" · ") + m_shown;
  m_text->setText(text);
}

}  // namespace metabatch::gui
