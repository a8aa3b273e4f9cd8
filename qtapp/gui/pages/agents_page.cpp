// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/agents_page.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QTableView>
#include <cmath>

#include "engine/clock.hpp"
#include "gui/files/save_file.hpp"
#include "gui/panels/elided_label.hpp"
#include "gui/window/tables.hpp"
#include "models/logs/csv.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr std::size_t kPage = 200;                // rows
constexpr std::size_t kMostExported = 2'000'000;  // rows
constexpr int kAgainMs = 1000;

QColor& changedColour() {
  static QColor colour;
  return colour;
}

models::RowLine lineOf(const sql::TableRow& row) {
  return {QString::fromStdString(row.agent), QString::fromStdString(row.key), QString::fromStdString(row.value),
          QString::fromStdString(row.error), row.collected_at};
}

/// Stale rows are faint, changed rows flash until the next reading, and errors are highlighted.
class RowDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    QStyledItemDelegate::initStyleOption(option, index);
    if (index.data(models::RowTable::IsChanged).toBool()) option->backgroundBrush = changedColour();
    if (!index.data(models::RowTable::IsStale).toBool()) return;
    option->palette.setColor(QPalette::Text, option->palette.color(QPalette::PlaceholderText));
    option->font.setItalic(true);
  }
};

}  // namespace

struct AgentsPage::Page {
  quint64 generation = 0;
  std::variant<std::vector<sql::TableRow>, sql::DatabaseFailure> answer;
  std::variant<sql::RowTotals, sql::DatabaseFailure> totals;
};

AgentsPage::AgentsPage(QWidget* parent) : QWidget(parent), m_reader(new QObject) {
  m_reader->moveToThread(&m_thread);
  connect(&m_thread, &QThread::finished, m_reader, &QObject::deleteLater);
  m_thread.setObjectName("rows");
  m_thread.start();
  makeLayout();
  m_again.setInterval(kAgainMs);
  connect(&m_again, &QTimer::timeout, this, &AgentsPage::ask);
  connect(m_filter, &QLineEdit::textChanged, this, &AgentsPage::askAnew);
  connect(m_order, &QComboBox::currentIndexChanged, this, &AgentsPage::askAnew);
  connect(m_back, &QPushButton::clicked, this, [this] { turn(-1); });
  connect(m_forth, &QPushButton::clicked, this, [this] { turn(1); });
}

void AgentsPage::makeLayout() {
  m_filter = new QLineEdit;
  m_filter->setPlaceholderText(tr("filter: agent, key, value or error"));
  m_filter->setClearButtonEnabled(true);
  m_filter->setAccessibleName(tr("Filter of the rows"));
  m_filter->setObjectName("rows-filter");
  m_state = new ElidedLabel;
  m_state->setObjectName("rows-state");
  m_order = new QComboBox;
  m_order->setObjectName("rows-order");
  m_order->setAccessibleName(tr("Order of the rows"));
  m_order->addItems({tr("by agent"), tr("oldest first"), tr("newest first")});  // as RowOrder
  m_details = new QPushButton(tr("&Details"));
  m_details->setObjectName("rows-details");
  m_details->hide();
  m_back = new QPushButton(tr("&Previous page"));
  m_forth = new QPushButton(tr("&Next page"));
  m_table = makeTable(m_rows, tr("Agents and their newest metadata"));
  m_table->setItemDelegate(new RowDelegate(m_table));
  setWidths(*m_table, {290, 150, 220, 200, 90});
  auto* const top = new QHBoxLayout;
  top->addWidget(m_filter, 1);
  top->addWidget(m_order);
  top->addWidget(m_state, 1);
  top->addWidget(m_details);
  top->addWidget(m_back);
  top->addWidget(m_forth);
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  layout->addLayout(top);
  layout->addWidget(m_table, 1);
  addFlushesAction();
  connect(m_details, &QPushButton::clicked, this, [this] {
    auto* const box = new QMessageBox(QMessageBox::Warning, tr("Agents"), m_failure, QMessageBox::Close, this);
    box->setTextFormat(Qt::PlainText);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
  });
}

void AgentsPage::addFlushesAction() {
  auto* const flushes = new QAction(tr("Flushes of this agent"), m_table);
  flushes->setObjectName("rows-flushes");
  m_table->addAction(flushes);
  connect(flushes, &QAction::triggered, this, [this] {
    const QModelIndex chosen = m_table->currentIndex();
    if (chosen.isValid()) emit flushesWanted(chosen.siblingAtColumn(models::RowTable::Agent).data().toString());
  });
}

AgentsPage::~AgentsPage() {
  setDatabase(std::nullopt, {});
  m_thread.quit();
  m_thread.wait();
}

void AgentsPage::setDatabase(const std::optional<sql::Database>& database, Duration staleAfter) {
  ++m_generation;
  if (m_open) m_open->cancel();  // nobody waits for a silent server
  // The thread that opened the reader closes it.
  if (m_open) QMetaObject::invokeMethod(m_reader, [closing = std::move(m_open)]() mutable { closing.reset(); });
  m_open = database ? std::make_shared<sql::RowReader>(*database) : nullptr;
  m_staleAfter = staleAfter;
  m_from = 0;
  m_rows.show({}, {}, {});
  m_state->clear();
  m_details->hide();
  m_readAt.reset();
  m_isAsking = false;
  if (m_open)
    m_again.start();
  else
    m_again.stop();
  ask();
}

void AgentsPage::closeThenRemove(std::unique_ptr<QTemporaryDir> folder) {
  if (m_open) m_open->cancel();
  std::shared_ptr<QTemporaryDir> last(std::move(folder));
  QMetaObject::invokeMethod(m_reader, [closing = std::move(m_open), last = std::move(last)]() mutable {
    closing.reset();
    last.reset();
  });
  setDatabase(std::nullopt, {});
}

void AgentsPage::setTheme(const Theme& theme) {
  changedColour() = theme.hues[2];
  changedColour().setAlphaF(0.25F);
}

void AgentsPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  ask();
}

/// From the first page on, for another filter or order.
void AgentsPage::askAnew() {
  m_from = 0;
  ++m_generation;
  ask();
}

void AgentsPage::turn(int pages) {
  const auto moved = static_cast<std::ptrdiff_t>(m_from) + pages * static_cast<std::ptrdiff_t>(kPage);
  m_from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(moved, 0));
  ++m_generation;
  ask();
}

void AgentsPage::ask() {
  if (!m_open || !isVisible()) return;
  m_isOutdated = m_isAsking;
  if (m_isAsking) return;
  m_isAsking = true;
  const sql::RowQuery query{m_filter->text().trimmed().toStdString(), m_from, kPage + 1,
                            static_cast<sql::RowOrder>(m_order->currentIndex())};
  QMetaObject::invokeMethod(m_reader, [this, query, generation = m_generation, reader = m_open]() mutable {
    auto page = std::make_shared<Page>(Page{generation, reader->read(query), {}});
    if (page->answer.index() == 0) page->totals = reader->count(query.filter);
    reader.reset();
    QMetaObject::invokeMethod(this, [this, page] { showRows(*page); });
  });
}

void AgentsPage::showRows(const Page& page) {
  m_isAsking = false;
  if (page.generation != m_generation || m_isOutdated) ask();
  if (page.generation != m_generation) return;
  if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&page.answer))
    return showFailure(QString::fromStdString(failed->message));
  m_details->hide();
  m_readAt = engine::system_clock().wall_now();
  const auto& rows = std::get<std::vector<sql::TableRow>>(page.answer);
  std::vector<models::RowLine> lines;
  for (std::size_t i = 0; i < std::min(rows.size(), kPage); ++i) lines.push_back(lineOf(rows[i]));
  const auto* const totals = std::get_if<sql::RowTotals>(&page.totals);
  m_state->setText(shownText(lines.size(), totals != nullptr ? *totals : sql::RowTotals{}));
  m_back->setEnabled(m_from > 0);
  m_forth->setEnabled(rows.size() > kPage);
  m_rows.show(std::move(lines), engine::system_clock().wall_now(), m_staleAfter);
}

QString AgentsPage::shownText(std::size_t rows, const sql::RowTotals& totals) const {
  if (rows == 0) return tr("no rows");
  QString span = tr("rows %1 to %2").arg(models::withCommas(m_from + 1), models::withCommas(m_from + rows));
  if (totals.rows == 0) return span;
  if (totals.rows >= sql::RowTotals::kMost) return tr("%1 of at least %2").arg(span, models::withCommas(totals.rows));
  return tr("%1 of %2, of %3").arg(span, models::withCommas(totals.rows), models::counted(totals.agents, "agent"));
}

/// The rows stay as they were last read, greyed, while they cannot be read.
void AgentsPage::showFailure(const QString& message) {
  const WallTime now = engine::system_clock().wall_now();
  m_failure = message;
  m_details->show();
  m_rows.keep(now);
  QString text = message;
  if (m_readAt) {
    const double seconds = std::floor(std::chrono::duration<double>(now - *m_readAt).count());
    text = tr("as of %1, %2 ago: %3").arg(models::clockText(*m_readAt), models::secondsText(seconds), message);
  }
  m_state->setText(text);
  m_state->setToolTip(message.toHtmlEscaped());
}

void AgentsPage::exportCsv(const QString& file, const std::function<void(const QString& wrong)>& done) {
  if (!m_open) return done(tr("no database is open"));
  const std::string filter = m_filter->text().trimmed().toStdString();
  const auto order = static_cast<sql::RowOrder>(m_order->currentIndex());
  QMetaObject::invokeMethod(m_reader, [this, filter, order, file, done, reader = m_open]() mutable {
    QString wrong;
    auto answer = reader->read({filter, 0, kMostExported, order});
    reader.reset();
    if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&answer)) {
      wrong = QString::fromStdString(failed->message);
    } else {
      std::vector<models::RowLine> lines;
      for (const sql::TableRow& row : std::get<0>(answer)) lines.push_back(lineOf(row));
      models::RowTable table;
      table.show(std::move(lines), {}, {});
      wrong = saveFile(file, models::tableCsv(table).toUtf8());
    }
    QMetaObject::invokeMethod(this, [done, wrong] { done(wrong); });
  });
}

}  // namespace metabatch::gui
