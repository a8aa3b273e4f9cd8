// SPDX-License-Identifier: Apache-2.0
#include "selfcheck.hpp"

#include <cstdio>

namespace metabatch::selfcheck {

bool differs(std::string_view file, std::size_t line, std::string_view what) {
  std::fprintf(stderr, "%.*s:%zu: %.*s\n", static_cast<int>(file.size()), file.data(), line,
               static_cast<int>(what.size()), what.data());
  return false;
}

}  // namespace metabatch::selfcheck

int main(int argc, char** argv) {
  using namespace metabatch::selfcheck;
  struct Check {
    const char* name;
    bool (*run)(const std::string&, Digest&);
  };
  constexpr Check kChecks[] = {{"uuids", check_uuids},     {"chunks", check_chunks},       {"inspect", check_inspect},
                               {"machine", check_machine}, {"simulator", check_simulator}, {"tuner", check_tuner}};
  const std::string golden = argc > 1 ? argv[1] : METABATCH_SOURCE_DIR "/tests/golden";
  for (const Check& check : kChecks) {
    Digest digest;
    if (!check.run(golden, digest)) return 1;
    std::printf("digest %s %s\n", check.name, digest.hex().c_str());
  }
  return 0;
}
