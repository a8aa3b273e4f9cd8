// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Numbers as English sentences show them. The same bytes on every platform and in every locale.
namespace metabatch {

/// Three significant digits, or a whole number with commas: `1.8`, `900`, `1,836`, `0.024`. No
/// trailing zeros.
std::string figure(double number);

/// A whole number with commas: `54,000`. Exact, however large it is.
std::string whole_figure(std::int64_t number);

/// The same of a figure, rounded.
std::string count_figure(double number);

/// A count and its noun: `1 update`, `1,203 updates`.
std::string counted_figure(double number, std::string_view one, std::string_view many);

/// `96.9 %`. Never rounded up to all: 99.97 % shows as 99.9 %.
std::string percent_figure(double share);

/// `280 ms`, `84 s` up to two minutes; whole minutes and hours above: `2 min`, `3 h`.
std::string span_figure(double seconds);

/// `16 MiB`.
std::string bytes_figure(double bytes);

}  // namespace metabatch
