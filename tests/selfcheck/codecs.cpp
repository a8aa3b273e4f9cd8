// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iterator>

#include "metabatch/inspect.hpp"
#include "selfcheck.hpp"
#include "support/codec_cases.hpp"

namespace metabatch::selfcheck {
namespace {

using tests::VecCase;

/// Runs every case of a file. A case returns its result, or why that is wrong.
template <class Run>
bool each_case(const std::string& golden, const char* file, Digest& digest, Run run) {
  const auto cases = tests::read_vec(golden + "/" + file);
  if (cases.empty()) return differs(file, 0, "cannot be read, or is empty");
  for (const VecCase& one : cases) {
    const tests::Outcome outcome = run(one);
    if (!outcome.wrong.empty()) return differs(file, one.line, outcome.wrong);
    digest.add(outcome.computed);
    digest.add(one.line);
  }
  return true;
}

void add(Digest& digest, const Inspection& result) {
  for (const Span& span : result.spans) {
    for (const std::uint64_t number : {std::uint64_t{span.at}, std::uint64_t{span.length}, std::uint64_t{span.finding},
                                       std::uint64_t{span.id}, std::uint64_t{span.bad_at}}) {
      digest.add(number);
    }
    digest.add(describe(span, result));
  }
  for (const Finding& finding : result.findings) digest.add(describe(finding, result));
  digest.add(result.distinct_ids);
  digest.add(result.notes.bits);
}

}  // namespace

bool check_uuids(const std::string& golden, Digest& digest) {
  return each_case(golden, "uuids.vec", digest, tests::run_uuid_case);
}

bool check_chunks(const std::string& golden, Digest& digest) {
  return each_case(golden, "chunks.vec", digest, tests::run_chunk_case);
}

bool check_inspect(const std::string& golden, Digest& digest) {
  for (const char* name : {"/uuids.vec", "/chunks.vec"}) {
    std::ifstream file(golden + name, std::ios::binary);
    const std::string paste{std::istreambuf_iterator<char>(file), {}};
    const Inspection result = inspect(paste);
    if (result.ids.empty()) return differs(name, 0, "no id was found in it");
    add(digest, result);
    for (const auto& one : tests::read_vec(golden + name)) {
      for (const auto& field : one.fields) add(digest, inspect(tests::text_of(field)));
    }
  }
  return true;
}

}  // namespace metabatch::selfcheck
