// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QFile>
#include <QPlainTextEdit>
#include <QRegularExpression>
#include <QTest>
#include <QTextBlock>

#include "gui/pages/inspector_page.hpp"

using namespace metabatch;
using namespace metabatch::gui;

namespace {

QByteArray contentOf(const QString& name) {
  QFile file(METABATCH_SOURCE_DIR "/tests/core/inspect/pastes/" + name);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The ids that the page lists, in order.
QStringList listed(const InspectorPage& page) {
  static const QRegularExpression line("^  ([0-9a-f-]{36})   byte ", QRegularExpression::MultilineOption);
  QStringList ids;
  for (auto found = line.globalMatch(page.findings()); found.hasNext();) ids += found.next().captured(1);
  return ids;
}

QStringList idsOf(const Inspection& inspection) {
  QStringList ids;
  for (const FoundId& one : inspection.ids) ids += QString::fromStdString(format_uuid(one.id));
  return ids;
}

}  // namespace

/// The window's inspector on the texts that core and page are tested with.
class TstInspectorPage : public QObject {
  Q_OBJECT

 private slots:
  void pasteIsReadAsCoreReadsIt_data();
  void pasteIsReadAsCoreReadsIt();
};

void TstInspectorPage::pasteIsReadAsCoreReadsIt_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<QString>("letters");
  int texts = 0;
  for (const QByteArray& line : contentOf("expected.txt").split('\n')) {
    if (line.isEmpty() || line.startsWith('#')) continue;
    const QList<QByteArray> cells = line.split('\t');
    const QByteArray bytes = contentOf(cells[0]);
    const QString text = QString::fromUtf8(bytes);
    if (text.toUtf8() != bytes || text.contains(QChar(u'\0'))) continue;  // a file that nobody can paste as text
    QTest::newRow(cells[0].constData()) << text << QString::fromLatin1(cells[1]);
    ++texts;
  }
  QVERIFY2(texts > 40, qPrintable(QString::number(texts)));
}

void TstInspectorPage::pasteIsReadAsCoreReadsIt() {
  QFETCH(QString, text);
  QFETCH(QString, letters);
  InspectorPage page;
  page.setText(text);
  const QByteArray shown = page.input().toPlainText().toUtf8();
  const Inspection inspection = inspect({shown.constData(), static_cast<std::size_t>(shown.size())});
  QCOMPARE(listed(page), idsOf(inspection));
  const QMap<QChar, QString> known = {{'A', "018f2f1e-7b54-7c11-bfff-1c2d3e4f5a6b"},
                                      {'B', "9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b"},
                                      {'C', "4f8e2d3c-1b2a-4d5e-9f60-718293a4b5c6"}};
  QStringList wanted;
  for (const QChar letter : letters)
    if (letter != '-') wanted += known[letter];
  QCOMPARE(listed(page), wanted);
  const QStringList lines = page.findings().split('\n');
  for (const Finding& finding : inspection.findings)
    QVERIFY2(lines.contains(QString::fromStdString(describe(finding, inspection))), qPrintable(page.findings()));
  // What is coloured is what core read: each id where it stands in the text.
  QStringList coloured;
  for (const QTextEdit::ExtraSelection& one : page.input().extraSelections())
    coloured += one.cursor.selectedText().replace(QChar::ParagraphSeparator, '\n');
  for (const FoundId& one : inspection.ids) {
    const Span& span = inspection.spans[one.span];
    const auto at = static_cast<qsizetype>(span.at), length = static_cast<qsizetype>(span.length);
    QVERIFY(coloured.contains(QString::fromUtf8(shown.mid(at, length))));
  }
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstInspectorPage suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_inspector_page.moc"
