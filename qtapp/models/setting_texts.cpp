// SPDX-License-Identifier: Apache-2.0
#include "models/setting_texts.hpp"

#include <algorithm>
#include <iterator>

#include "models/words.hpp"

namespace metabatch::models {
namespace {

struct Word {
  const char* word;  // in lower case
  const char* unit;  // of parse_duration()
};
constexpr Word kWords[] = {{"ns", "ns"},     {"us", "us"},      {"µs", "us"},     {"μs", "us"},     {"ms", "ms"},
                           {"s", "s"},       {"sec", "s"},      {"second", "s"},  {"seconds", "s"}, {"sek", "s"},
                           {"sekunde", "s"}, {"sekunden", "s"}, {"m", "m"},       {"min", "m"},     {"minute", "m"},
                           {"minutes", "m"}, {"minuten", "m"},  {"h", "h"},       {"hour", "h"},    {"hours", "h"},
                           {"std", "h"},     {"stunde", "h"},   {"stunden", "h"}, {"d", "d"},       {"day", "d"},
                           {"days", "d"},    {"tag", "d"},      {"tage", "d"},    {"tagen", "d"}};
constexpr quint64 kMebibyte = quint64{1} << 20;
constexpr qsizetype kThousands = 3;  // digits between two commas of a large number

/// Takes the longest beginning of the text whose characters belong to it.
template <class Belongs>
QString take(QString& text, Belongs belongs) {
  qsizetype size = 0;
  while (size < text.size() && belongs(text[size])) ++size;
  QString taken = text.left(size);
  text = text.mid(size).trimmed();
  return taken;
}

bool isOfANumber(QChar c) { return (c >= u'0' && c <= u'9') || c == u'.' || c == u','; }

/// `1,5` becomes `1.5`; empty when its comma could separate thousands.
QString pointed(QString number) {
  const qsizetype comma = number.indexOf(u',');
  if (comma >= 0 && number.size() - comma - 1 == kThousands) return {};
  return number.replace(u',', u'.');
}

const char* unitOf(const QString& word) {
  const auto* const found = std::find_if(std::begin(kWords), std::end(kWords),
                                         [&](const Word& one) { return word == QString::fromUtf8(one.word); });
  return found == std::end(kWords) ? nullptr : found->unit;
}

}  // namespace

std::optional<Duration> readDuration(const QString& text) {
  QString rest = text.trimmed().toLower();
  if (rest == u"0") return Duration{};
  QString plain;
  while (!rest.isEmpty()) {
    const QString number = pointed(take(rest, isOfANumber));
    const char* const unit = unitOf(take(rest, [](QChar c) { return c.isLetter(); }));
    if (number.isEmpty() || unit == nullptr) return std::nullopt;
    if (rest.startsWith(u'.')) rest = rest.mid(1).trimmed();  // of an abbreviation
    plain += number + QString::fromLatin1(unit);
  }
  const Result<Duration> read = parse_duration(plain.toStdString());
  return read ? std::optional(*read) : std::nullopt;
}

std::string settingText(FieldKind kind, const QString& typed) {
  const std::optional<Duration> read = kind == FieldKind::duration ? readDuration(typed) : std::nullopt;
  return read ? format_duration(*read) : typed.trimmed().toStdString();
}

QString shownSetting(const Scenario& scenario, const ScenarioField& field) {
  QString text = QString::fromStdString(field_text(scenario, field.name));
  if (field.kind != FieldKind::integer) return text;
  const quint64 number = text.toULongLong();
  const bool is_mebibytes = field.name.ends_with("bytes") && number > 0 && number % kMebibyte == 0;
  return is_mebibytes ? withCommas(number / kMebibyte) + " MiB" : withCommas(number);
}

}  // namespace metabatch::models
