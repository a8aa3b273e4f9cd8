// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/panels/selection_bar.hpp"

#include <QEvent>
#include <QHBoxLayout>
#include <QPushButton>
#include <QShortcut>

#include "gui/panels/elided_label.hpp"
#include "gui/window/tables.hpp"
#include "models/charts/selection_figures.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr int kMargin = 8;

}  // namespace

SelectionBar::SelectionBar(const models::LiveSeries& series, models::TimeWindow& window, QWidget* page)
    : QFrame(page), m_series(series), m_window(window), m_text(new ElidedLabel) {
  setFrameShape(QFrame::StyledPanel);
  setAutoFillBackground(true);
  m_text->setAccessibleName(tr("Selected time"));
  const auto button = [this](const QString& text, const char* name, const QString& tip) {
    auto* const made = new QPushButton(text);
    made->setObjectName(name);
    made->setToolTip(tip);
    return made;
  };
  QPushButton* const figures = button(tr("Fi&gures …"), "selection-figures", tr("Mean, median, min, max and total"));
  QPushButton* const zoom = button(tr("&Zoom to it"), "selection-zoom", tr("Show this span alone (Enter)"));
  QPushButton* const clear = button(tr("Cl&ear"), "selection-clear", tr("Show everything again (Esc)"));
  auto* const layout = new QHBoxLayout(this);
  layout->setContentsMargins(10, 2, 6, 2);
  layout->addWidget(m_text, 1);
  for (QPushButton* const one : {figures, zoom, clear}) layout->addWidget(one);
  connect(figures, &QPushButton::clicked, this, &SelectionBar::showFigures);
  connect(zoom, &QPushButton::clicked, &window, &models::TimeWindow::zoomToSelection);
  connect(clear, &QPushButton::clicked, &window, &models::TimeWindow::clearSelection);
  auto* const key = new QShortcut(Qt::Key_Escape, this);  // a shortcut of the window while the bar is visible
  connect(key, &QShortcut::activated, &window, &models::TimeWindow::clearSelection);
  connect(&window, &models::TimeWindow::selectionChanged, this, &SelectionBar::refresh);
  page->installEventFilter(this);
  refresh();
}

bool SelectionBar::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize || event->type() == QEvent::Show) settle();
  return QFrame::eventFilter(watched, event);
}

void SelectionBar::settle() {
  const QSize page = parentWidget()->size();
  const int height = sizeHint().height();
  setGeometry(kMargin, page.height() - height - kMargin, page.width() - 2 * kMargin, height);
  raise();
}

void SelectionBar::setShown(const QString& shown) {
  if (shown == m_shown) return;
  m_shown = shown;
  refresh();
}

QString SelectionBar::text() const { return m_text->text(); }

QString SelectionBar::figures() const {
  const auto selected = m_window.selection();
  if (!selected) return {};
  return models::selectionText(models::selectionFigures(m_series, models::chartSpecs(), *selected));
}

void SelectionBar::showFigures() {
  openText(*this, "selection-dialog", tr("Figures of the selected span"), m_text->text() + "\n\n" + figures());
}

void SelectionBar::refresh() {
  const auto selected = m_window.selection();
  setVisible(selected.has_value());
  if (!selected) return;
  const double seconds = std::chrono::duration<double>(selected->to - selected->from).count();
  QString text = tr("Selected: %1 to %2 (%3)")
                     .arg(models::clockText(m_window.wallOf(selected->from)),
                          models::clockText(m_window.wallOf(selected->to)), models::secondsText(seconds));
  if (!m_shown.isEmpty()) text += QStringLiteral(" · ") + m_shown;
  m_text->setText(text);
  settle();
}

}  // namespace metabatch::gui
