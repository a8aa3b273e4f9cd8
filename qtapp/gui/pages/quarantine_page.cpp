// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/quarantine_page.hpp"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QTableView>
#include <algorithm>

#include "gui/files/file_dialogs.hpp"
#include "gui/files/save_file.hpp"
#include "gui/window/tables.hpp"
#include "models/words.hpp"

namespace metabatch::gui {

QuarantinePage::QuarantinePage(models::Quarantine& quarantine, QWidget* parent)
    : QWidget(parent), m_quarantine(quarantine), m_summary(new QLabel), m_hint(new QLabel) {
  m_summary->setAccessibleName(tr("Refused values"));
  m_summary->setWordWrap(true);
  m_hint->setWordWrap(true);
  m_hint->setText(tr(
      "A refused value does not affect others: the rest of its batch was written. To send it again, save it as NDJSON, "
      "correct it and run `metabatch ingest FILE`. If its row has a newer value by then, the newer one stays."));
  m_table = makeTable(quarantine, tr("Refused values"));
  m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
  setWidths(*m_table, {95, 240, 75, 110, 270, 200});
  m_detail = makeDetail(tr("Select a row to see it in full."));
  auto* const split = new QSplitter(Qt::Horizontal);
  split->addWidget(m_table);
  split->addWidget(m_detail);
  split->setStretchFactor(0, 3);
  split->setStretchFactor(1, 2);
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  layout->addLayout(makeTop());
  layout->addWidget(m_hint);
  layout->addWidget(split, 1);
  for (const auto changed : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
    connect(&quarantine, changed, this, &QuarantinePage::refresh);
  connect(&quarantine, &QAbstractItemModel::modelReset, this, &QuarantinePage::refresh);
  connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& chosen) {
    m_detail->setPlainText(chosen.isValid() ? models::refusedDetail(m_quarantine.line(chosen.row())) : QString());
  });
  refresh();
}

QLayout* QuarantinePage::makeTop() {
  m_copy = new QPushButton(tr("&Copy as NDJSON"));
  m_copy->setObjectName("quarantine-copy");
  m_copy->setToolTip(tr("The selected rows, or all rows if none is selected"));
  m_save = new QPushButton(tr("&Save as NDJSON …"));
  m_save->setObjectName("quarantine-save");
  m_save->setToolTip(m_copy->toolTip());
  connect(m_copy, &QPushButton::clicked, this, &QuarantinePage::copy);
  connect(m_save, &QPushButton::clicked, this, &QuarantinePage::save);
  auto* const top = new QHBoxLayout;
  top->addWidget(m_summary, 1);
  top->addWidget(m_copy);
  top->addWidget(m_save);
  return top;
}

void QuarantinePage::refresh() {
  const bool isEmpty = m_quarantine.rowCount() == 0;
  QString text = isEmpty ? tr("✔ The database refused no value.")
                         : tr("✖ The database refused %1.").arg(models::counted(m_quarantine.refused(), "value"));
  if (m_quarantine.forgotten() > 0)
    text += ' ' + tr("The oldest %1 are no longer stored.").arg(models::withCommas(m_quarantine.forgotten()));
  m_summary->setText(text);
  m_hint->setVisible(!isEmpty);
  m_copy->setEnabled(!isEmpty);
  m_save->setEnabled(!isEmpty);
  if (isEmpty) m_detail->clear();
}

QString QuarantinePage::summary() const { return m_summary->text(); }

QByteArray QuarantinePage::chosenNdjson() const {
  QModelIndexList rows = m_table->selectionModel()->selectedRows();
  if (rows.isEmpty()) return models::refusedNdjson(m_quarantine);
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.row() > b.row(); });  // oldest first
  QByteArray lines;
  for (const QModelIndex& row : rows) lines += models::refusedNdjson(m_quarantine.line(row.row()));
  return lines;
}

void QuarantinePage::copy() { QGuiApplication::clipboard()->setText(QString::fromUtf8(chosenNdjson())); }

void QuarantinePage::save() {
  auto* const dialog = askWhereToSave(this, tr("Save as NDJSON"), "refused.ndjson", tr("NDJSON (*.ndjson)"));
  connect(dialog, &QFileDialog::fileSelected, this, &QuarantinePage::write);
}

void QuarantinePage::write(const QString& name) {
  const QString why = saveFile(name, chosenNdjson());
  if (why.isEmpty()) return;
  auto* const box =
      new QMessageBox(QMessageBox::Warning, tr("Save as NDJSON"), tr("%1: %2").arg(name, why), QMessageBox::Ok, this);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->open();
}

}  // namespace metabatch::gui
