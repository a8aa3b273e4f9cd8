// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QTest>
#include <string>

/// Lets QCOMPARE print a std::string.
template <>
inline char* QTest::toString(const std::string& text) {
  return qstrdup(text.c_str());
}
