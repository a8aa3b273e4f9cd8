// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace metabatch {

/// What was wrong with an input. Programs make the text for people, from code and position.
enum class Errc : std::uint8_t {
  length,             ///< size is not what the form needs; at = the size found
  symbol,             ///< a byte outside the alphabet; at = its byte offset
  payload_too_small,  ///< payload budget below one id; at = the budget
  payload_too_large,  ///< whole chunks would exceed 7999 bytes; at = the budget
  bad_uuid,           ///< not a UUID in any usual form; at = first offending byte
  bad_time,           ///< not RFC 3339; at = first offending byte
  time_out_of_range,  ///< a real date, but not one that PostgreSQL can hold; at = 0
  bad_duration,       ///< not `250ms`, `5s`, `2m`, `1h`; at = first offending byte
  setting_negative,   ///< at = a Setting (config.hpp)
  setting_too_large,  ///< at = a Setting
  setting_too_small,  ///< at = a Setting
  setting_fixed,      ///< cannot change while running; at = a Setting
  unequal_lists,      ///< the four lists of one add differ in length; at = 0
  keys_too_long,      ///< keys of one report together over the limit; at = running sum at the first key over
  field_unknown,      ///< no such field of a Scenario (scenario.hpp); at = 0
  field_unreadable,   ///< not the text of such a field; at = first offending byte
  field_too_small,    ///< at as the function says
  field_too_large,    ///< at as the function says
};

/// An error is a code and a position: a byte offset, a line or what the code says.
struct Error {
  Errc code;
  std::size_t at = 0;
  bool operator==(const Error&) const = default;
};

/// A value or an Error. Member names are those of std::expected, so that it can become an alias.
template <class T>
class Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : error_(error) {}

  [[nodiscard]] bool has_value() const { return value_.has_value(); }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] T& value() & {
    assert(value_);
    return *value_;
  }
  [[nodiscard]] const T& value() const& {
    assert(value_);
    return *value_;
  }
  [[nodiscard]] T&& value() && {
    assert(value_);
    return std::move(*value_);
  }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }
  [[nodiscard]] T value_or(T other) const& { return value_ ? *value_ : std::move(other); }
  /// Only when !has_value().
  [[nodiscard]] Error error() const {
    assert(!value_);
    return error_;
  }

 private:
  std::optional<T> value_;
  Error error_{};
};

template <>
class Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(error) {}
  [[nodiscard]] bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] Error error() const {
    assert(error_);
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace metabatch
