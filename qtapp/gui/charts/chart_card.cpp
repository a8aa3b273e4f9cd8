// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/charts/chart_card.hpp"

#include <QBuffer>
#include <QImage>
#include <QPainter>
#include <QTextBlock>
#include <QTextDocument>
#include <QVBoxLayout>
#include <cmath>
#include <vector>

#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr QSize kSample(24, 9);
constexpr int kSampleScale = 2;  // sharp on dense screens, too

/// Draws a piece of the line, with its colour and dash, as an image of rich text.
QString sampleOf(const Theme& theme, const models::ChartLine& line) {
  QImage image(kSample * kSampleScale, QImage::Format_ARGB32_Premultiplied);
  image.fill(Qt::transparent);
  QPainter painter(&image);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.scale(kSampleScale, kSampleScale);
  const QRectF position(QPointF(), kSample);
  if (line.stroke == models::Stroke::points) {
    const QRectF mark(position.center() - QPointF(3, 3), QSizeF(6, 6));
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.hues[line.hue]);
    line.hue == 0 ? painter.drawEllipse(mark) : painter.drawRect(mark);
  } else {
    QColor fill = theme.hues[line.hue];
    fill.setAlphaF(0.55F);
    if (line.stroke == models::Stroke::area) painter.fillRect(position.adjusted(0, 4, 0, 0), fill);
    painter.setPen(theme.pen(line.hue));
    painter.drawLine(QPointF(0, 4), QPointF(position.right(), 4));
  }
  painter.end();
  QByteArray bytes;
  QBuffer buffer(&bytes);
  image.save(&buffer, "PNG");
  return QStringLiteral("<img src='data:image/png;base64,%1' width=%2 height=%3>")
      .arg(QString::fromLatin1(bytes.toBase64()))
      .arg(kSample.width())
      .arg(kSample.height());
}

struct Link {
  QString target;
  int at, length;  // characters
};

std::vector<Link> linksOf(const QString& html) {
  QTextDocument document;
  document.setHtml(html);
  std::vector<Link> found;
  for (QTextBlock block = document.begin(); block.isValid(); block = block.next())
    for (auto part = block.begin(); !part.atEnd(); ++part)
      if (const QTextFragment text = part.fragment(); !text.charFormat().anchorHref().isEmpty())
        found.push_back({text.charFormat().anchorHref(), text.position(), text.length()});
  return found;
}

/// Changes the text; the link that Tab chose stays chosen.
void setLinks(QLabel& label, const QString& html) {
  if (html == label.text()) return;
  QString chosen;
  if (label.hasFocus() && label.hasSelectedText())
    for (const Link& link : linksOf(label.text()))
      if (link.at == label.selectionStart()) chosen = link.target;
  label.setText(html);
  if (chosen.isEmpty()) return;
  for (const Link& link : linksOf(html))
    if (link.target == chosen) label.setSelection(link.at, link.length);
}

}  // namespace

ChartCard::ChartCard(const models::ChartSpec& spec, models::TimeWindow& window, QWidget* parent)
    : QFrame(parent),
      m_title(new QLabel(this)),
      m_legend(new QLabel(this)),
      m_others(new QLabel(this)),
      m_chart(new TimeChart(spec, window, this)) {
  setObjectName(spec.name);
  setFrameShape(QFrame::StyledPanel);
  setAutoFillBackground(true);
  m_legend->setTextFormat(Qt::RichText);
  m_legend->setMinimumWidth(80);  // a long legend wraps; it does not widen the card
  m_legend->setWordWrap(true);
  m_legend->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
  m_legend->setFocusPolicy(Qt::TabFocus);
  m_legend->setAccessibleName(tr("Legend of %1").arg(models::chartText(spec.title)));
  m_legend->setToolTip(tr("Click a name to hide its line, or to show it"));
  connect(m_legend, &QLabel::linkActivated, this, [this](const QString& series) {
    const std::string name = series.toStdString();
    m_chart->setHidden(name, !m_chart->isHidden(name));
    if (m_series != nullptr) refresh(*m_series);
  });
  m_others->setTextFormat(Qt::RichText);
  m_others->setMinimumWidth(80);
  m_others->setWordWrap(true);
  m_others->hide();
  m_title->setTextFormat(Qt::RichText);
  m_title->setMinimumWidth(80);
  m_title->setWordWrap(true);
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(10, 8, 8, 4);
  layout->setSpacing(2);
  layout->addWidget(m_title);
  layout->addWidget(m_legend);
  layout->addWidget(m_others);
  layout->addWidget(m_chart, 1);
}

void ChartCard::setTheme(const Theme& theme) {
  m_theme = theme;
  QPalette colours = theme.palette;
  colours.setColor(QPalette::Window, theme.card);
  setPalette(colours);
  m_title->setText(
      QStringLiteral("<b>%1</b> <span style='color:%2'>%3</span>")
          .arg(models::chartText(m_chart->spec().title), theme.faint.name(), models::chartText(m_chart->spec().unit)));
  m_samples.clear();
  for (const models::ChartLine& line : m_chart->spec().lines) m_samples += sampleOf(theme, line);
  m_chart->setTheme(theme);
}

void ChartCard::refresh(const models::LiveSeries& series) {
  m_series = &series;
  m_chart->refresh(series);
  refreshLegend(series);
}

void ChartCard::setBeside(const models::LiveSeries* series, const QString& name) {
  m_chart->setWhatIf(series);
  m_besideName = name;
  m_others->setVisible(series != nullptr);
  if (series == nullptr) m_others->clear();
}

/// A label that switches its line off and on.
QString ChartCard::toggle(const models::ChartLine& line, const QString& label) const {
  return QStringLiteral("<a href='%1' style='color:%2;text-decoration:none'>%3</a>")
      .arg(models::text(line.series), m_theme.palette.color(QPalette::WindowText).name(), label);
}

/// A name with its value, as wide as it is drawn.
int ChartCard::widthOf(const QString& label, const QString& value) const {
  QFont bold = m_legend->font();
  bold.setBold(true);
  return kSample.width() + m_legend->fontMetrics().horizontalAdvance(label + "  ") +
         QFontMetrics(bold).horizontalAdvance(value);
}

/// Joins the parts. Lines are broken here, between two parts: a line of rich text may also end
/// after an image, so that a name would stand on the line below its sample.
QString ChartCard::flowed(const std::vector<Part>& parts, int used) const {
  const QMargins margins = layout()->contentsMargins();
  const int most = width() - margins.left() - margins.right();
  const int gap = m_legend->fontMetrics().horizontalAdvance("   ");
  QString shown;
  for (const auto& [html, wide] : parts) {
    const bool isBroken = used > 0 && used + gap + wide > most;
    if (!shown.isEmpty() || isBroken) shown += isBroken ? "<br>" : "&nbsp; &nbsp;";
    used = isBroken ? wide : used + (used > 0 ? gap : 0) + wide;
    shown += html;
  }
  return shown;
}

std::vector<ChartCard::Part> ChartCard::values(const models::LiveSeries& series, bool isWhatIf) const {
  std::vector<Part> parts;
  QStringList missing;
  QString whyMissing;
  double below = 0;  // of stacked areas: the legend shows the part, not the sum
  for (qsizetype index = 0; const models::ChartLine& line : m_chart->spec().lines) {
    const QString sample = m_samples.value(index++);
    double value = m_chart->value(series, line);
    if (line.stroke == models::Stroke::area) {
      const double top = value;
      value -= below;
      below = top;
    }
    const QString why = std::isnan(value) && !isWhatIf ? series.whyMissing(line.series) : QString();
    const QString name = models::chartText(line.label), label = QString(name).replace(' ', "&nbsp;");
    if (!isWhatIf && m_chart->isHidden(line.series)) {
      parts.push_back({toggle(line, QStringLiteral("<s>%1</s>").arg(label)), widthOf(name, {})});
      continue;
    }
    const bool isPoints = line.stroke == models::Stroke::points;
    if (std::isnan(value) && (isWhatIf || isPoints || (line.isOptional && why.isEmpty()))) continue;  // none visible
    if (!why.isEmpty()) {
      whyMissing = why;
      missing += name;
      continue;
    }
    const QString dots = QStringLiteral("<span style='color:%1'>┈</span>").arg(m_theme.hues[line.hue].name());
    const QString number = models::rateText(value);
    parts.push_back({QStringLiteral("%1&nbsp;%2&nbsp;<b>%3</b>")
                         .arg(isWhatIf ? dots : sample, isWhatIf ? label : toggle(line, label), number.toHtmlEscaped()),
                     widthOf(name, number)});
  }
  if (!missing.isEmpty())
    parts.push_back({QStringLiteral("<span style='color:%1'>%2: %3</span>")
                         .arg(m_theme.faint.name(), whyMissing, missing.join(QStringLiteral(", ")))});
  return parts;
}

void ChartCard::resizeEvent(QResizeEvent* event) {
  QFrame::resizeEvent(event);
  if (m_series != nullptr) refreshLegend(*m_series);
}

void ChartCard::refreshLegend(const models::LiveSeries& series) {
  setLinks(*m_legend, flowed(values(series, false), 0));
  if (m_chart->whatIf() != nullptr)
    m_others->setText(
        QStringLiteral("<i>%1</i>&nbsp; ").arg(m_besideName.toHtmlEscaped()) +
        flowed(values(*m_chart->whatIf(), true), m_others->fontMetrics().horizontalAdvance(m_besideName)));
}

}  // namespace metabatch::gui
