// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "base/number.hpp"

using namespace metabatch;

namespace {

using Limits = std::numeric_limits<double>;

std::string text_of(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

/// The significant digits of a number, whatever its form.
std::string digits_of(std::string text) {
  text = text.substr(0, text.find('e'));
  std::string digits;
  for (const char c : text)
    if (c >= '0' && c <= '9') digits += c;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  return digits;
}

/// The text must read back to the same bits and have the fewest digits; the standard library is the
/// judge.
bool is_shortest(double value) {
  const std::string text = text_of(value);
  double back = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), back);
  char theirs[64];
  const auto end = std::to_chars(theirs, theirs + sizeof theirs, value, std::chars_format::scientific).ptr;
  return read.ptr == text.data() + text.size() && std::memcmp(&back, &value, sizeof value) == 0 &&
         digits_of(text) == digits_of(std::string(theirs, end));
}

}  // namespace

class TstNumber : public QObject {
  Q_OBJECT
 private slots:
  void numbers_data();
  void numbers();
  void everyPowerOfTwoAndItsNeighbours();
  void everyPowerOfTenAndItsNeighbours();
  void randomBits();
  void decimalsAreRead_data();
  void decimalsAreRead();
  void whatIsNoDecimalIsRefused();
  void fifteenDigitsAreReadExactly();
};

void TstNumber::numbers_data() {
  QTest::addColumn<double>("value");
  QTest::addColumn<QByteArray>("text");
  const auto row = [](double value, const char* text) { QTest::newRow(text) << value << QByteArray(text); };
  row(0, "0");
  row(-0.0, "-0");
  row(1, "1");
  row(-25, "-25");
  row(0.1, "0.1");
  row(0.025, "0.025");
  row(2.5, "2.5");
  row(0.1 + 0.2, "0.30000000000000004");
  row(1.0 / 3, "0.3333333333333333");
  row(123456.789, "123456.789");
  row(0.0001, "0.0001");
  row(0.00001, "1e-05");
  row(0.000012345, "1.2345e-05");
  row(9007199254740991, "9007199254740991");
  row(9007199254740992, "9007199254740992");
  row(9007199254740994, "9007199254740994");
  row(1e20, "100000000000000000000");
  row(1e21, "1e+21");
  row(5e-324, "5e-324");
  row(2.2250738585072014e-308, "2.2250738585072014e-308");
  row(Limits::max(), "1.7976931348623157e+308");
  row(9.5e-7, "9.5e-07");
  row(Limits::infinity(), "+Inf");
  row(-Limits::infinity(), "-Inf");
  row(Limits::quiet_NaN(), "NaN");
}

void TstNumber::numbers() {
  QFETCH(double, value);
  QFETCH(QByteArray, text);
  QCOMPARE(QByteArray::fromStdString(text_of(value)), text);
}

void TstNumber::everyPowerOfTwoAndItsNeighbours() {
  for (int power = -1074; power <= 1023; ++power) {
    const double value = std::ldexp(1.0, power);
    for (const double near : {value, std::nextafter(value, 0.0), std::nextafter(value, Limits::max())})
      if (!is_shortest(near)) QFAIL(qPrintable(QString::number(near, 'g', 17)));
  }
}

void TstNumber::everyPowerOfTenAndItsNeighbours() {
  for (int power = -323; power <= 308; ++power) {
    const double value = std::strtod(("1e" + std::to_string(power)).c_str(), nullptr);
    for (const double near : {value, std::nextafter(value, 0.0), std::nextafter(value, Limits::max())})
      if (!is_shortest(near)) QFAIL(qPrintable(QString::number(near, 'g', 17)));
  }
}

void TstNumber::randomBits() {
  std::uint64_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const std::uint64_t bits = state ^ (state >> 29);
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    if (!is_shortest(value)) QFAIL(qPrintable(QString::number(value, 'g', 17)));
    const double small = static_cast<double>(bits >> 40) / 1000;  // a typical metric
    if (!is_shortest(small)) QFAIL(qPrintable(QString::number(small, 'g', 17)));
  }
}

void TstNumber::decimalsAreRead_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<double>("value");
  const auto row = [](const char* text, double value) { QTest::newRow(text) << QByteArray(text) << value; };
  row("0", 0);
  row("7.2", 7.2);
  row("-1.5", -1.5);
  row("+.5", .5);
  row("5.", 5);
  row("1e3", 1e3);
  row("1E-05", 1e-05);
  row("0.1", 0.1);
  row("123456789012345", 123456789012345.0);
  row("1234567890.12345", 1234567890.12345);
  row("1e22", 1e22);
  row("0.000000000000000000000000000001", 1e-30);
  row("100000000000000000000000000000000000000000", 1e41);
  row("0e999999999999", 0);
  row("1e-999999999999", 0);
}

void TstNumber::decimalsAreRead() {
  QFETCH(QByteArray, text);
  QFETCH(double, value);
  const auto read = parse_number(text.toStdString());
  QVERIFY(read.has_value());
  QVERIFY2(std::abs(*read - value) <= std::abs(value) * 1e-15, QByteArray::number(*read, 'g', 17).constData());
  if (text.size() <= 16) QCOMPARE(*read, value);
}

void TstNumber::whatIsNoDecimalIsRefused() {
  for (const char* text : {"", "-", ".", "e3", "1e", "1e+", "1 ", " 1", "1,5", "0x10", "inf", "nan", "1.2.3", "1e400"})
    QVERIFY2(!parse_number(text).has_value(), text);
}

/// Up to 15 digits the value is the closest double; the standard library is the judge.
void TstNumber::fifteenDigitsAreReadExactly() {
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    std::string text = std::to_string(random() % 1'000'000'000'000'000);
    text.insert(random() % text.size(), ".").append("e").append(std::to_string(static_cast<int>(random() % 20) - 7));
    double theirs = 0;
    std::from_chars(text.data(), text.data() + text.size(), theirs);
    QVERIFY2(parse_number(text) == theirs, text.c_str());
  }
}

QTEST_GUILESS_MAIN(TstNumber)
#include "tst_number.moc"
