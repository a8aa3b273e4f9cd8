// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <functional>

class QMainWindow;

namespace metabatch::gui {

class PageTabs;
struct WindowData;

/// Saves the current page as CSV or as a picture.
class PageExport : public QObject {
  Q_OBJECT

 public:
  /// @owns `data`, `pages` and `window` outlive the object
  PageExport(WindowData& data, PageTabs& pages, QMainWindow& window);

  [[nodiscard]] QAction* csv() const { return m_csv; }
  [[nodiscard]] QAction* picture() const { return m_picture; }

 private:
  using Save = std::function<void(const QString& file)>;
  void choose(const QString& title, const QString& name, const QString& filter, const Save& save);
  void saveCsv(const QString& file);
  void savePicture(const QString& file);
  void report(const QString& file, const QString& wrong);

  WindowData& m_data;
  PageTabs& m_pages;
  QMainWindow& m_window;
  QAction* m_csv;
  QAction* m_picture;
};

/// The content of a page as CSV with raw numbers: the rows that pass its filter, or the series of
/// its charts.
QString pageCsv(const QWidget& page, const WindowData& data);

}  // namespace metabatch::gui
