// SPDX-License-Identifier: Apache-2.0
// Prints texts of fuzz/inspect_texts.hpp, so that programs other than a fuzzer are tried with them:
// `embedded_texts COUNT`. A line a text: its bytes as hex digits, a tab, the ids in it with blanks
// between.
#include <cstdio>
#include <cstdlib>

#include "base/rng.hpp"
#include "fuzz/inspect_texts.hpp"

using namespace metabatch;

int main(int count, char** words) {
  const auto texts = static_cast<std::uint64_t>(count > 1 ? std::atoi(words[1]) : 1);
  for (std::uint64_t seed = 1; seed <= texts; ++seed) {
    Rng rng(seed);
    std::string choices(1 + rng.next() % 120, '\0');
    for (char& choice : choices) choice = static_cast<char>(rng.next());
    const auto made = tests::embedded_text(choices);
    for (const char byte : made.text) std::printf("%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    for (std::size_t i = 0; i < made.ids.size(); ++i)
      std::printf("%s%s", i == 0 ? "\t" : " ", format_uuid(made.ids[i]).c_str());
    std::puts(made.ids.empty() ? "\t" : "");
  }
}
