// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/files/page_picture.hpp"

#include <QBuffer>
#include <QCoreApplication>
#include <QPainter>
#include <QPixmap>
#include <QSvgGenerator>
#include <QWidget>

#include "gui/files/save_file.hpp"

namespace metabatch::gui {
namespace {

constexpr int kScale = 2;

QByteArray svgOf(QWidget& page) {
  QBuffer bytes;
  QSvgGenerator generator;
  generator.setOutputDevice(&bytes);
  generator.setSize(page.size());
  generator.setViewBox(page.rect());
  generator.setResolution(page.logicalDpiX());  // else text is larger or smaller than on the screen
  generator.setTitle(QStringLiteral("metabatch: %1").arg(page.objectName()));
  QPainter painter(&generator);
  page.render(&painter);
  painter.end();
  return bytes.data();
}

QByteArray pictureOf(QWidget& page, const QByteArray& format) {
  QPixmap picture(page.size() * kScale);
  picture.setDevicePixelRatio(kScale);
  page.render(&picture);
  QBuffer bytes;
  return picture.save(&bytes, format) ? bytes.data() : QByteArray();
}

}  // namespace

QString savePicture(QWidget& page, const QString& name) {
  const QString ending = name.section('.', -1).toLower();
  const QByteArray bytes = ending == "svg" ? svgOf(page) : pictureOf(page, ending.toLatin1());
  if (bytes.isEmpty())
    return QCoreApplication::translate("Picture", "“%1” is not a picture format; use .png or .svg").arg(ending);
  return saveFile(name, bytes);
}

}  // namespace metabatch::gui
