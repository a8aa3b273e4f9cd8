// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCategoryAxis>

#include "models/charts/time_window.hpp"

/// Ranges and labels of the axes of all charts. Numbers are printed as in the legends.
namespace metabatch::gui {

/// Time runs backwards from the newest sample: labels stand still while the data moves. There are
/// as many labels as fit side by side on an axis of `width` pixels.
void showTimesAgo(QCategoryAxis& axis, const models::TimeWindow& window, double width);
/// The same range, with labels at round times of day.
void showTimesOfDay(QCategoryAxis& axis, const models::TimeWindow& window, double width);
/// From 0 to the next round number above `most`, with at most so many labels, but two.
void showLinear(QCategoryAxis& axis, double most, int labels);
/// A scale of decimal logarithms. It shows some decades below the top, so that lines which differ a
/// hundredfold can both be read. Zero is at the bottom, and the label there is 0. `labels` is as
/// above.
void showLogarithmic(QCategoryAxis& axis, double most, int labels);

}  // namespace metabatch::gui
