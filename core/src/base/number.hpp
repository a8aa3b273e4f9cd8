// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace metabatch {

/// Appends the shortest decimal number that reads back as the same double, and of those the closest
/// (of two equally close the even one): `0.1`, `25`, `1e-05`, `1.7976931348623157e+308`. Plain from
/// 1e-4 up to (not including) 1e21, else with an exponent of at least two digits, as Go prints;
/// `+Inf`, `-Inf`, `NaN`, `-0`. The same bytes on every platform and in every locale.
///
/// @cost   whole numbers below 2^53: as an integer; others: exact arithmetic, microseconds for what
///         a metric looks like, some tens of them at the ends of the range; no allocation but that
///         of `out`
/// @source Steele and White 1990 / Dybvig and Burger 1996, free-format printing
void append_number(std::string& out, double value);
void append_number(std::string& out, std::uint64_t value);

/// Reads a decimal number: `-1.5`, `.5`, `1e3`; no blanks, no names, no other base. Nothing: it is
/// none, or is too large. The same value on every platform and in every locale: the closest double
/// of a number with up to 15 digits and an exponent of at most 22, of any other one of the closest
/// few.
///
/// @source Clinger 1990: both the digits and the power of ten are exact there, so that one
///         operation rounds once
std::optional<double> parse_number(std::string_view text);

}  // namespace metabatch
