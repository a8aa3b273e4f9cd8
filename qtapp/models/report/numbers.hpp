// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Numbers as the program and the reports print them, in English.
namespace metabatch::report {

/// `1,234,567`
std::string with_commas(std::uint64_t number);
/// `1.8`, `60`, `12,345`: three significant digits or a whole number.
std::string rate_text(double rate);
/// `0.56 s`, `280 ms`, `3.1 ms`, `2 m 5 s`
std::string seconds_text(double seconds);
/// A share of 0.969 as `96.9 %`.
std::string percent_text(double share);
/// `1 agent`, `2 agents`, `2 entries`
std::string counted(std::uint64_t number, std::string_view noun);

}  // namespace metabatch::report
