#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proves that each rule can fire, on the line it should, and that none fires on a sound tree."""
import os
import sys
import tempfile

import check
import rules
import tree_rules

SHELL = '#!/usr/bin/env bash\n# SPDX-License-Identifier: Apache-2.0\n'
PAGE = '<!-- SPDX-License-Identifier: Apache-2.0 -->\n'
SPDX = '// SPDX-License-Identifier: Apache-2.0\n'
LONG = SPDX + '// line\n' * 500

# rule -> [(path, text, line)]: each sample must give exactly this one finding.
BAD = {
    'platform-macro': [
        ('core/src/a.cpp', SPDX + '#ifdef __EMSCRIPTEN__\n#endif\n', 2),
        ('qtapp/gui/a.cpp', SPDX + '#if defined(Q_OS_WIN)\n#endif\n', 2),
        ('core/CMakeLists.txt', '# SPDX-License-Identifier: Apache-2.0\nif(NOT EMSCRIPTEN AND x)\n', 2),
    ],
    'clock-or-thread-in-core': [
        ('core/src/a.cpp', SPDX + '#include <thread>\n', 2),
        ('core/include/metabatch/a.hpp', SPDX + '\n#include <atomic>\n', 3),
        ('core/src/b.cpp', SPDX + 'auto t = std::chrono::steady_clock::now();\n', 2),
    ],
    'io-in-core': [
        ('core/src/a.cpp', SPDX + '#include <iostream>\n', 2),
        ('core/src/b.cpp', SPDX + 'void f() { std::printf("x"); }\n', 2),
    ],
    'qt-below-the-arrow': [
        ('core/src/a.cpp', SPDX + '#include <QString>\n', 2),
        ('qtapp/engine/a.hpp', SPDX + '#include <QtCore/qstring.h>\n', 2),
    ],
    'sql-or-widget-in-models': [
        ('qtapp/models/a.hpp', SPDX + '#include <QSqlQuery>\n', 2),
        ('qtapp/gui/page.cpp', SPDX + '#include <QSqlDatabase>\n', 2),
    ],
    'sleep-in-tests': [
        ('tests/engine/tst_a.cpp', SPDX + 'void f() { std::this_thread::sleep_for(1s); }\n', 2),
        ('tests/core/tst_a.cpp', SPDX + 'void f() { QTRY_VERIFY(x); }\n', 2),
        ('tests/core/tst_b.cpp', SPDX + 'void f() { QTest::qWait(10); }\n', 2),
    ],
    'unordered-in-core': [('core/src/a.cpp', SPDX + '#include <map>\nstd::unordered_map<int, int> m;\n', 3)],
    'distribution-in-core': [('core/src/a.cpp', SPDX + 'std::uniform_int_distribution<int> d;\n', 2)],
    'long-header': [('core/include/metabatch/a.hpp', ''.join(LONG.splitlines(True)[:151]), 151)],
    'long-source': [
        ('core/src/a.cpp', ''.join(LONG.splitlines(True)[:401]), 401),
        ('wasm/page/src/a.ts', ''.join(LONG.splitlines(True)[:401]), 401),
        ('tools/a', SHELL + '# line\n' * 399, 401),
    ],
    'long-function': [
        ('core/src/a.cpp', SPDX + 'namespace x {\nint f(int a) {\n' + '  ++a;\n' * 39 + '}\n}\n', 3),
        ('core/src/b.cpp', SPDX + 'class A {\n public:\n  A(int v)\n      : a_{v}, b_(2) {\n' + '    ++b_;\n' * 39 + '  }\n};\n', 4),
        ('tests/core/tst_a.cpp', SPDX + 'void T::f() {\n  auto g = [&](int x) {\n' + '    if (x) { ++x; }\n' * 39 + '  };\n}\n', 2),
        ('core/src/c.cpp', SPDX + 'template <class T>\nint f(T a) const noexcept {\n' + "  ++a; // } '{' \"}\"\n" * 39 + '}\n', 2),
    ],
    'spdx-line': [
        ('core/src/a.cpp', 'int x;\n', 1),
        ('cmake/A.cmake', 'set(a b)\n', 1),
        ('tests/a.py', '#!/usr/bin/env python3\nimport os\n', 1),
        ('wasm/page/src/a.ts', 'const a = 1;\n', 1),
        ('tools/a', '#!/usr/bin/env bash\ntrue\n', 1),
        ('docs/a.md', '# No licence\n', 1),
    ],
    'include-upward': [
        ('core/src/a.cpp', SPDX + '#include "engine/engine.hpp"\n', 2),
        ('core/src/b.cpp', SPDX + '#include "../../qtapp/sql/store.hpp"\n', 2),
        ('qtapp/engine/a.hpp', SPDX + '#include "sql/store.hpp"\n', 2),
        ('qtapp/sql/a.cpp', SPDX + '#include "cli/main.hpp"\n', 2),
        ('qtapp/models/a.cpp', SPDX + '#include "engine/engine.hpp"\n', 2),
        ('wasm/api.cpp', SPDX + '#include "engine/engine.hpp"\n', 2),
        ('qtapp/gui/a.cpp', SPDX + '#include "service/service.hpp"\n', 2),
        ('qtapp/sql/b.cpp', SPDX + '#include "pubsub/nats.hpp"\n', 2),
    ],
    'old-word': [
        ('core/src/a.cpp', SPDX + '// hunts for the refused row\n', 2),
        ('qtapp/engine/a.cpp', SPDX + 'int rehearse_batch();\n', 2),
        ('wasm/page/src/a.ts', SPDX + "const a = 'Held now';\n", 2),
    ],
    'long-comment': [
        ('core/src/a.cpp', SPDX + '/// ' + 'word ' * 20 + 'words\n', 2),
        ('wasm/page/src/a.ts', SPDX + 'const a = 1;\n  // ' + 'word ' * 20 + 'words\n', 3),
        ('resources/sql/pg/a.sql', '-- SPDX-License-Identifier: Apache-2.0\n-- ' + 'word ' * 20 + 'words\n', 2),
    ],
    'long-prose': [
        ('docs/a.md', PAGE + 'word ' * 20 + 'words\n', 2),
        ('docs/a.md', PAGE + '```\n' + 'code ' * 30 + '\n```\n* ' + 'word ' * 20 + '\n', 5),
    ],
}

SPECIFICATION = PAGE + '# Specification\n\n## Health\n\nOr see "Health".\n'
RECORD = PAGE + '# 0001. A decision\n'

# rule -> [(tree, path, line)]: the same for rules that compare files with one another.
BAD_TREES = {
    'citation-leads-nowhere': [
        ({'core/src/a.cpp': SPDX + '// specification, "Wealth"\n', 'docs/specification.md': SPECIFICATION}, 'core/src/a.cpp', 2),
        ({'core/src/a.cpp': SPDX + '// the specification,\n// "The\n// batcher"\n', 'docs/specification.md': SPECIFICATION},
         'core/src/a.cpp', 2),
        ({'docs/a.md': PAGE + 'As docs/specification.md, "Wealth", says.\n', 'docs/specification.md': SPECIFICATION}, 'docs/a.md', 2),
        ({'core/src/a.cpp': SPDX + '// ' + 'SPEC section 1\n', 'docs/specification.md': SPECIFICATION}, 'core/src/a.cpp', 2),
        ({'docs/specification.md': SPECIFICATION + 'For more see\n"Wealth".\n'}, 'docs/specification.md', 7),
    ],
    'record-does-not-exist': [
        ({'core/src/a.cpp': SPDX + '// record 0002 says why\n', 'docs/adr/0001-a.md': RECORD}, 'core/src/a.cpp', 2),
        ({'a.md': PAGE + 'Records 0001 and\n0003 say why.\n', 'docs/adr/0001-a.md': RECORD}, 'a.md', 2),
    ],
    'record-number': [
        ({'docs/adr/0001-a.md': RECORD, 'docs/adr/0001-b.md': RECORD}, 'docs/adr/0001-b.md', 1),
        ({'docs/adr/0001-a.md': PAGE + '# 0002. A decision\n'}, 'docs/adr/0001-a.md', 2),
        ({'docs/adr/0001-a.md': RECORD + '\n# Another\n'}, 'docs/adr/0001-a.md', 4),
    ],
    'link-leads-nowhere': [
        ({'docs/a.md': PAGE + '[b](b.md)\n'}, 'docs/a.md', 2),
        ({'docs/a.md': PAGE + '[b](b.md#far-away)\n', 'docs/b.md': PAGE + '# Near by\n'}, 'docs/a.md', 2),
        ({'core/src/a.cpp': SPDX + '// docs/b.md says how\n'}, 'core/src/a.cpp', 2),
        ({'a.yml': '# ' + SPDX + 'runbook: docs/b.md#far-away\n', 'docs/b.md': PAGE + '# Near by\n'}, 'a.yml', 2),
    ],
    'wide-folder': [({f'core/src/a/{n}.hpp': SPDX for n in range(25)}, 'core/src/a', 1)],
    'map-differs-from-tree': [
        ({'core/src/a/a.cpp': SPDX, 'ARCHITECTURE.md': PAGE + '## Map\n\n### Core\n'}, 'ARCHITECTURE.md', 1),
        ({'ARCHITECTURE.md': PAGE + '## Map\n\n| `elsewhere/b/` | blocks |\n'}, 'ARCHITECTURE.md', 4),
        ({'core/src/a/a.cpp': SPDX, 'ARCHITECTURE.md': PAGE + '## Map\n' + '| `core/src/a/` | a |\n' * 2}, 'ARCHITECTURE.md', 4),
    ],
    'named-path-does-not-exist': [
        ({'CONTRIBUTING.md': PAGE + 'As `tests/house/none.py` says.\n'}, 'CONTRIBUTING.md', 2),
    ],
    'named-type-does-not-exist': [({'ARCHITECTURE.md': PAGE + '## Map\n| `core/` | a |\n\nThe `Somebody` or\n`Nobody::is_here()`.\n', 'core/a.hpp': SPDX + 'class Somebody;\n'},
                                   'ARCHITECTURE.md', 6)],
    'same-name': [({'core/src/base/a.hpp': SPDX, 'qtapp/sql/a.hpp': SPDX}, 'qtapp/sql/a.hpp', 1)],
    'parser-without-fuzzer': [
        ({'core/include/metabatch/a.hpp': SPDX + '// parse_other()\nint parse_all(int a);\n', 'tests/fuzz/fuzz_a.cpp': SPDX},
         'core/include/metabatch/a.hpp', 3),
    ],
    'source-without-header': [({'qtapp/sql/none.cpp': SPDX}, 'qtapp/sql/none.cpp', 1)],
    'named-test-does-not-exist': [
        ({'docs/faults.md': PAGE + '| 1 | Lost | `pg_faults` lostRowsAreWrittenAgain |\n'}, 'docs/faults.md', 2),
    ],
    'document-without-an-entry': [
        ({'docs/README.md': PAGE, 'docs/a.md': PAGE}, 'docs/README.md', 1),
        ({'docs/README.md': PAGE, 'docs/adr/0001-a.md': RECORD}, 'docs/README.md', 1),
    ],
    'include-circle': [
        ({'qtapp/feed/a.hpp': SPDX + '#include "b.hpp"\n', 'qtapp/feed/b.hpp': SPDX + '#include "feed/a.hpp"\n'},
         'qtapp/feed/a.hpp', 1),
    ],
    'public-header-includes-simulation': [
        ({'core/include/metabatch/a.hpp': SPDX + '#include "metabatch/simulation/b.hpp"\n',
          'core/include/metabatch/simulation/b.hpp': SPDX}, 'core/include/metabatch/a.hpp', 1),
    ],
}

SOUND = {
    'core/include/metabatch/a.hpp': ''.join(LONG.splitlines(True)[:150]),
    'core/src/a.cpp': SPDX + '// unordered_map, <thread>, sleep(1) and __linux__ in prose are fine\n'
                      '#include "../src/b.hpp"\n#include <chrono>\nconst char* s = "#include <thread> steady_clock";\n'
                      'constexpr auto n = 100\'000;\n',
    'core/src/b.cpp': SPDX + 'int f(int a) {\n' + '  ++a;\n' * 38 + '}\nint g() {\n' + '  f(1);\n' * 38 + '}\n',
    'core/src/c.cpp': SPDX + 'const int kTable[] = {\n' + '  1,\n' * 60 + '};\nint snprintf_user() { return std::snprintf(nullptr, 0, "x"); }\n',
    'tests/core/tst_a.cpp': SPDX + 'void T::rows_data() {\n' + '  row();\n' * 60 + '}\n',
    'tests/sql/tst_a.cpp': SPDX + 'void f() { QTRY_VERIFY(x); }\n',
    'qtapp/sql/h.cpp': SPDX + '#include <QSqlQuery>\n#include "engine/store.hpp"\n#include "sql/a.hpp"\n#include "a.hpp"\n',
    'qtapp/engine/g.cpp': SPDX + '#include <thread>\n#include "metabatch/time.hpp"\n',
    'wasm/api.cpp': SPDX + '#ifdef __EMSCRIPTEN__\n#endif\n',
    'CMakeLists.txt': '# SPDX-License-Identifier: Apache-2.0\nif(EMSCRIPTEN)\n',
    'build/x.cpp': 'int x;\n',
    'notes.txt': 'no licence line needed\n',
    'docs/a.md': PAGE + '| ' + 'cell ' * 40 + '|\n\n    ' + 'code ' * 40 + '\n* https://a.example/' + 'x' * 100 + '\n',
    'tools/b': SHELL + 'true\n',
    'wasm/page/src/b.ts': SPDX,
    'tests/fuzz/corpus/b/1': 'seed',
    'core/include/metabatch/b.hpp': SPDX + 'int decode_chunk_into(int a);\nint format_chunk(int a);\n',
    'tests/fuzz/fuzz_b.cpp': SPDX + 'int f() { return decode_chunk(1); }\n',
    'ARCHITECTURE.md': PAGE + '## Map\n' + ''.join(f'| `{folder}/` | sources |\n' for folder in (
        'core/include/metabatch', 'core/src', 'tests/fuzz', 'qtapp/sql', 'qtapp/engine', 'wasm', 'wasm/page/src', 'tests/core', 'tests/sql',
        'tools')) + '\n## Words\n| `none/` | of the map |\n',
    'docs/faults.md': PAGE + '| 1 | Lost | `pg` rowsAreSetData |\n',
    'tests/sql/tst_b.cpp': SPDX + 'void T::rowsAreSetData() {}\n',
    'docs/README.md': PAGE + '[f](faults.md) [a](a.md) [s](specification.md) [0001](adr/0001-a.md)\n',
    'README.md': PAGE + '[code](core/src) [words](docs/specification.md#health) record 0001\n',
    'docs/specification.md': SPECIFICATION,
    'docs/adr/0001-a.md': RECORD + '```sh\n# a comment, no title\n```\n',
    'core/src/e.cpp': SPDX + '// "hunter2" is a password of tests, and a shunt is no word of ours\n',
    'core/src/d.cpp': SPDX + '// specification,\n// "Health"; docs/specification.md#health; 1 record 0001\n',
}


def with_headers(tree):
    """The tree, and a header elsewhere for each source but none.cpp."""
    names = {os.path.basename(path)[:-4] for path in tree if path.endswith('.cpp')} - {'none'}
    return {**{f'elsewhere/{name}.hpp': SPDX for name in names}, **tree}


def findings_of(tree):
    tree = with_headers(tree)
    with tempfile.TemporaryDirectory() as root:
        for path, text in tree.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), 'w', encoding='utf-8', newline='') as handle:
                handle.write(text)
        return [(name, path, line) for name, _, path, line, _ in check.findings(root)]


def samples():
    """(rule, tree, path, line) of every bad sample."""
    for name, bad in BAD.items():
        yield from ((name, {path: text}, path, line) for path, text, line in bad)
    for name, bad in BAD_TREES.items():
        yield from ((name, *sample) for sample in bad)


def main():
    wrong = [f'{name}: no bad sample' for name, _, _ in rules.RULES if name not in BAD]
    wrong += [f'{name}: no bad tree' for name, _, _ in tree_rules.TREE_RULES if name not in BAD_TREES]
    for name, tree, path, line in samples():
        found = findings_of(tree)
        if found != [(name, path, line)]:
            wrong.append(f'{name}: {path}: expected line {line}, found {found}')
    wrong += [f'sound tree: {found}' for found in findings_of(SOUND)]
    for line in wrong:
        print(line)
    print(f'{len(BAD) + len(BAD_TREES)} rules, {sum(1 for _ in samples())} bad samples: {len(wrong)} wrong')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
