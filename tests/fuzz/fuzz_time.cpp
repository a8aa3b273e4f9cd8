// SPDX-License-Identifier: Apache-2.0
// A parsed time or duration reads back from its own text; an error points into the text.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "metabatch/time.hpp"

using namespace metabatch;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_duration(Duration duration) {
  const auto back = parse_duration(format_duration(duration));
  require(back && *back == duration);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto time = parse_wall_time(text)) {
    const std::string canonical = format_wall_time(*time);
    const auto back = parse_wall_time(canonical);
    require(back && *back == *time && format_wall_time(*back) == canonical);
  } else {
    require(time.error().at <= size);
  }
  if (const auto duration = parse_duration(text))
    check_duration(*duration);
  else
    require(duration.error().code == Errc::bad_duration && duration.error().at <= size);

  std::int64_t number = 0;
  if (size > 0) std::memcpy(&number, data, size < sizeof number ? size : sizeof number);  // an empty input may be null
  check_duration(Duration(number));
  const WallTime time{std::chrono::microseconds(number)};
  const auto back = parse_wall_time(format_wall_time(time));
  require(back ? *back == time : back.error().code == Errc::time_out_of_range && number < -210'866'803'200'000'000);
  return 0;
}
