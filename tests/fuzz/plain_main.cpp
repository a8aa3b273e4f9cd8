// SPDX-License-Identifier: Apache-2.0
// Drives one fuzzer without libFuzzer: first every input of the corpus unchanged, then seeded
// pseudo-random inputs and mutations of the corpus. Input n of seed s is the same on every machine,
// so a failure is repeated with --seed=s --only=n.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;
namespace fs = std::filesystem;

constexpr std::size_t kLongestInput = 4096;  // bytes

struct Options {
  std::uint64_t seed = 1;
  double seconds = 1.0;
  std::uint64_t runs = 0;  // 0: as many as fit into `seconds`
  bool has_only = false;
  std::uint64_t only = 0;
  std::vector<fs::path> corpus;
};

char g_where[512] = "before the first input";  // the running input, for the message of a crash

extern "C" void last_words(int signal_number) {
  std::fprintf(stderr, "\nfuzzer stopped by signal %d at %s\n", signal_number, g_where);
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

// splitmix64: small, and the same on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t mixed = (state_ += 0x9E3779B97F4A7C15U);
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31);
  }
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }

 private:
  std::uint64_t state_;
};

std::uint8_t any_byte(Random& random, std::size_t alphabet) {
  static constexpr std::string_view kAlphabets[] = {
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
      "0123456789abcdefABCDEF-{}:",
      "0123456789.:-+TZ smhd",
      "{}[]\",:\\ \nnulltruefalse0123456789.-+eE",
  };
  if (alphabet < std::size(kAlphabets)) {
    const auto& letters = kAlphabets[alphabet];
    return static_cast<std::uint8_t>(letters[random.below(letters.size())]);
  }
  return static_cast<std::uint8_t>(random.next());
}

Bytes fresh(Random& random) {
  const std::size_t limit = std::size_t{1} << random.below(13);  // most are short, because short ones find most
  Bytes input(random.below(limit + 1));
  const std::size_t alphabet = random.below(6);  // four alphabets, else any byte
  for (auto& byte : input) byte = any_byte(random, random.below(32) == 0 ? 5 : alphabet);
  return input;
}

void mutate(Bytes& input, Random& random, const std::vector<Bytes>& corpus) {
  const std::size_t at = random.below(input.size() + 1);
  const auto here = input.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random.below(5)) {
    case 0:
      if (at < input.size()) input[at] = any_byte(random, random.below(6));
      break;
    case 1:
      if (at < input.size()) input[at] = static_cast<std::uint8_t>(input[at] ^ (1U << random.below(8)));
      break;
    case 2: input.insert(here, any_byte(random, random.below(6))); break;
    case 3: input.erase(here, here + static_cast<std::ptrdiff_t>(random.below(input.size() - at + 1))); break;
    default: {
      const Bytes& other = corpus[random.below(corpus.size())];
      const auto from = other.begin() + static_cast<std::ptrdiff_t>(random.below(other.size() + 1));
      input.insert(here, from, other.end());
    }
  }
  if (input.size() > kLongestInput) input.resize(kLongestInput);
}

Bytes make_input(std::uint64_t seed, std::uint64_t number, const std::vector<Bytes>& corpus) {
  Random random(seed * 0x9E3779B97F4A7C15U + number);
  if (corpus.empty() || random.below(3) == 0) return fresh(random);
  Bytes input = corpus[random.below(corpus.size())];
  for (std::size_t edits = 1 + random.below(8); edits > 0; --edits) mutate(input, random, corpus);
  return input;
}

void run_one(const Bytes& input) {
  // A copy of exactly this size on the heap, so that the address sanitizer sees an access one byte
  // too far.
  const Bytes exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::vector<Bytes> replay(const std::vector<fs::path>& places) {
  std::vector<Bytes> corpus;
  const auto one = [&](const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    std::snprintf(g_where, sizeof g_where, "corpus file %s", path.c_str());
    run_one(corpus.back());
  };
  for (const auto& place : places) {
    if (fs::is_directory(place)) {
      for (const auto& entry : fs::directory_iterator(place)) {
        if (entry.is_regular_file()) one(entry.path());
      }
    } else if (fs::is_regular_file(place)) {
      one(place);
    }
  }
  return corpus;
}

std::uint64_t run_random(const Options& options, const std::vector<Bytes>& corpus) {
  using Clock = std::chrono::steady_clock;
  const auto end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.seconds));
  std::uint64_t number = options.has_only ? options.only : 0;
  for (;; ++number) {
    if (options.runs != 0 && number == options.runs) break;
    if (options.runs == 0 && number % 32 == 0 && Clock::now() >= end) break;
    std::snprintf(g_where, sizeof g_where, "--seed=%llu --only=%llu", static_cast<unsigned long long>(options.seed),
                  static_cast<unsigned long long>(number));
    run_one(make_input(options.seed, number, corpus));
    if (options.has_only) return 1;
  }
  return number;
}

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&](std::string_view flag) { return word.c_str() + flag.size(); };
    if (word.starts_with("--seed=")) {
      options.seed = std::strtoull(value("--seed="), nullptr, 10);
    } else if (word.starts_with("--seconds=")) {
      options.seconds = std::strtod(value("--seconds="), nullptr);
    } else if (word.starts_with("--runs=")) {
      options.runs = std::strtoull(value("--runs="), nullptr, 10);
    } else if (word.starts_with("--only=")) {
      options.has_only = true;
      options.only = std::strtoull(value("--only="), nullptr, 10);
    } else {
      options.corpus.emplace_back(word);
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  for (const int signal_number : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS}) std::signal(signal_number, last_words);
  const Options options = read_options(argc, argv);
  const std::vector<Bytes> corpus = replay(options.corpus);
  // The corpus of --only is the same, so that the input is the same.
  const std::uint64_t random = run_random(options, corpus);
  std::printf("%zu corpus inputs, %llu random inputs of seed %llu: no finding\n", corpus.size(),
              static_cast<unsigned long long>(random), static_cast<unsigned long long>(options.seed));
  return 0;
}
