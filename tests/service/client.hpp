// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <string>

#include "service/client_connection.hpp"

/// One answer: status, the head as it came, the body by its Content-Length.
struct Answered {
  int status = 0;
  std::string head;
  std::string body;
};

inline Answered answer_from(Client& client) {
  Answered answered;
  answered.head = client.until("\r\n\r\n");
  if (answered.head.size() > 12) answered.status = std::atoi(answered.head.c_str() + 9);
  const std::size_t length = answered.head.find("Content-Length: ");
  if (length != std::string::npos)
    answered.body = client.exactly(static_cast<std::size_t>(std::atoll(answered.head.c_str() + length + 16)));
  return answered;
}
