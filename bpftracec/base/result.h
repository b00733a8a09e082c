// What a function returns that can fail because the world is not as needed (a file, a process, a
// library): the value, or an Error that says what was tried on what. Faults of the script are
// diagnostics, faults of ours are internal_error().
#pragma once

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "bpftracec/base/internal_error.h"

namespace bpftracec::base {

struct Error {
  std::string message;  // without a full stop; reads well after "error: "

  // "reading the config: cannot open 'x': No such file or directory"
  Error with_context(std::string_view context) && {
    message.insert(0, ": ");
    message.insert(0, context);
    return std::move(*this);
  }
};

// `attempt` is what was tried, on what: "open 'x'" gives "cannot open 'x': No such file or
// directory".
inline Error errno_error(std::string_view attempt, int error_number = errno) {
  std::string message = "cannot ";
  message += attempt;
  message += ": ";
  message += std::generic_category().message(error_number);
  return Error{std::move(message)};
}

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    require(has_value(), "value() of a failed Result");
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    require(has_value(), "value() of a failed Result");
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    require(has_value(), "value() of a failed Result");
    return std::move(*std::get_if<0>(&state_));
  }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    require(!has_value(), "error() of a Result that holds a value");
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    require(!has_value(), "error() of a Result that holds a value");
    return std::move(*std::get_if<1>(&state_));
  }

  Result with_context(std::string_view context) && {
    if (has_value()) return std::move(*this);
    return std::move(*this).error().with_context(context);
  }

 private:
  static void require(bool holds, std::string_view what) {
    if (!holds) internal_error(what);
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }

  const Error& error() const& {
    if (!error_) internal_error("error() of a Result that succeeded");
    return *error_;
  }
  Error&& error() && {
    if (!error_) internal_error("error() of a Result that succeeded");
    return std::move(*error_);
  }

  Result with_context(std::string_view context) && {
    if (has_value()) return {};
    return std::move(*error_).with_context(context);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace bpftracec::base
