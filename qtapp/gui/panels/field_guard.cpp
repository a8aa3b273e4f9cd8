// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/panels/field_guard.hpp"

#include <QAbstractSpinBox>
#include <QComboBox>
#include <QKeyEvent>
#include <QLineEdit>

namespace metabatch::gui {
namespace {

bool canUndo(const QObject& field, bool isRedo) {
  const auto* line = qobject_cast<const QLineEdit*>(&field);
  if (line == nullptr && qobject_cast<const QAbstractSpinBox*>(&field) != nullptr)
    line = field.findChild<const QLineEdit*>();
  return line != nullptr && (isRedo ? line->isRedoAvailable() : line->isUndoAvailable());
}

class FieldGuard : public QObject {
 public:
  using QObject::QObject;

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() == QEvent::Wheel && !static_cast<QWidget*>(watched)->hasFocus()) {
      event->ignore();  // so that it reaches the area around the field
      return true;
    }
    if (event->type() != QEvent::ShortcutOverride) return false;
    const auto* const key = static_cast<QKeyEvent*>(event);
    const bool isRedo = key->matches(QKeySequence::Redo);
    if (!isRedo && !key->matches(QKeySequence::Undo)) return false;
    if (canUndo(*watched, isRedo)) return false;
    event->ignore();  // so that the shortcut of the window receives it
    return true;
  }
};

}  // namespace

void guardFields(QWidget& panel) {
  auto* const guard = new FieldGuard(&panel);
  for (QWidget* const field : panel.findChildren<QWidget*>()) {
    const bool isField = qobject_cast<QAbstractSpinBox*>(field) != nullptr ||
                         qobject_cast<QComboBox*>(field) != nullptr || qobject_cast<QLineEdit*>(field) != nullptr;
    if (!isField) continue;
    if (field->focusPolicy() == Qt::WheelFocus) field->setFocusPolicy(Qt::StrongFocus);
    field->installEventFilter(guard);
  }
}

}  // namespace metabatch::gui
