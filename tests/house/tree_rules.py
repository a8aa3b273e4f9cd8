# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that compare files with one another. A rule is a function of the tree, a dictionary of all
files by path, that yields (path, line, what it saw)."""
import posixpath
import re

import markdown_text

SPECIFICATION = 'docs/specification.md'

MAP = 'ARCHITECTURE.md'

# A folder with more files hides its parts.
FOLDER_FILES = 24

# Sources that one header may be cut over: a class that needs several sources is several classes.
# These are other cases: one command or one part of the ABI each, code selected for a processor, a
# generated table.
WITHOUT_HEADER = re.compile(r'/commands/\w+_commands?\.cpp$|^wasm/abi/\w+_abi\.cpp$|/main\.cpp$'
                            r'|^core/src/payload/.*chunks_\w+\.cpp$|_tables\.cpp$')

# Each program has its main.cpp.
SAME_NAMES = {'main.cpp'}

# Whose folders the map names.
MAPPED = ('core', 'qtapp', 'wasm', 'tests', 'resources', 'tools', 'cmake')

TREE_RULES = []


def tree_rule(reason):
    def register(check):
        TREE_RULES.append((check.__name__.replace('_', '-'), reason, check))
        return check
    return register


def _line_of(text, offset):
    return text.count('\n', 0, offset) + 1


def _matches(file, pattern):
    """Matches of the pattern, in which a blank may be a line end with the mark of a comment after it."""
    gap = r'(?:[ \t]*\n[ \t]*(?://+|\*|\#+)?[ \t]*|[ \t]+)'
    for match in re.finditer(pattern.replace(' ', gap), file.text):
        yield _line_of(file.text, match.start()), match


@tree_rule('a citation of the specification names a section that exists; numbers of sections move')
def citation_leads_nowhere(tree):
    titles = set(markdown_text.headings(tree[SPECIFICATION].text)) if SPECIFICATION in tree else set()
    for file in tree.values():
        if file.path.startswith('tests/house/'):
            continue
        for number, match in _matches(file, r'(?i)\bspecification(?:\.md)?`?, "([^"]+)"'):
            name = re.sub(r'\s*\n[\s/*#]*', ' ', match.group(1))
            if name not in titles:
                yield file.path, number, f'the specification has no section "{name}"'
        for number, match in _matches(file, r'\bSPEC section \d+'):
            yield file.path, number, match.group(0)
    if SPECIFICATION in tree:
        for number, match in _matches(tree[SPECIFICATION], r'\bsee "([^"]+)"'):
            name = re.sub(r'\s+', ' ', match.group(1))
            if name not in titles:
                yield SPECIFICATION, number, f'there is no section "{name}"'


@tree_rule('a decision that is cited can be read: its number is that of a file in docs/adr')
def record_does_not_exist(tree):
    numbers = {path.split('/')[2][:4] for path in tree if re.match(r'docs/adr/\d{4}-', path)}
    for file in tree.values():
        if file.path.startswith('tests/house/'):
            continue
        for number, match in _matches(file, r'\b(?:ADRs?|[Rr]ecords?) (?:\d{4})(?:(?:,| and) \d{4})*\b'):
            for cited in re.findall(r'\d{4}', match.group(0)):
                if cited not in numbers:
                    yield file.path, number, f'there is no record {cited}'


@tree_rule('each decision has a number of its own, and its title says it')
def record_number(tree):
    seen = {}
    for path in sorted(tree):
        match = re.match(r'docs/adr/(\d{4})-[^/]*\.md$', path)
        if not match:
            continue
        if match.group(1) in seen:
            yield path, 1, f'{seen[match.group(1)]} has this number too'
        seen[match.group(1)] = path
        titles = [(n, line) for n, line in markdown_text.outside_code(tree[path].text) if line.startswith('# ')]
        if not titles or not titles[0][1].startswith(f'# {match.group(1)}. '):
            yield path, titles[0][0] if titles else 1, f'the title does not begin with "# {match.group(1)}. "'
        for number, line in titles[1:]:
            yield path, number, f'a second title: {line}'


@tree_rule('a document that is linked or named exists, and so does the section of it that is linked')
def link_leads_nowhere(tree):
    folders = {posixpath.dirname(path) for path in tree}
    folders |= {parent for folder in folders for parent in _parents(folder)}
    anchors = {}
    for file in tree.values():
        if file.path.startswith('tests/house/'):
            continue
        named = [(n, m.group(0), '') for n, m in _matches(file, r'(?<![\w/.-])docs/[\w/-]+\.md(?:#[\w-]+)?')]
        if file.path.endswith('.md'):
            named = [(n, target, posixpath.dirname(file.path)) for n, target in markdown_text.links(file.text)]
        for number, target, base in named:
            path, _, anchor = target.partition('#')
            path = posixpath.normpath(posixpath.join(base, path)) if path else file.path
            if path not in tree and path not in folders and not path.endswith(('.png', '.svg')):
                yield file.path, number, f'there is no {path}'
            elif anchor and path.endswith('.md'):
                if path not in anchors:
                    anchors[path] = markdown_text.anchors(tree[path].text)
                if anchor not in anchors[path]:
                    yield file.path, number, f'{path} has no section #{anchor}'


@tree_rule(f'a folder with over {FOLDER_FILES} files hides its parts: give the parts folders of their own')
def wide_folder(tree):
    for folder, names in sorted(_files_by_folder(tree).items()):
        if len(names) > FOLDER_FILES:
            yield folder, 1, f'{len(names)} files'


@tree_rule('the map of ARCHITECTURE names every folder of sources, and no other, so that a newcomer can trust it')
def map_differs_from_tree(tree):
    if MAP not in tree:
        return
    named = {}
    for number, line in markdown_text.section(tree[MAP].text, 'Map'):
        match = re.match(r'\| `([^`]+)/` \|', line)
        if match and match.group(1) in named:
            yield MAP, number, f'{match.group(1)}/ is named twice'
        elif match:
            named[match.group(1)] = number
    folders = _files_by_folder(tree)
    for folder, number in named.items():
        if folder not in folders:
            yield MAP, number, f'there is no {folder}/, or it has no files'
    for folder in sorted(folders):
        if folder not in named and folder.split('/')[0] in MAPPED and not folder.startswith('tests/fuzz/corpus/'):
            yield MAP, 1, f'the map has no line for {folder}/'


@tree_rule('a path that ARCHITECTURE or CONTRIBUTING names exists')
def named_path_does_not_exist(tree):
    folders = {parent for path in tree for parent in _parents(path)}
    for document in (MAP, 'CONTRIBUTING.md', 'README.md'):
        if document not in tree:
            continue
        for number, line in markdown_text.outside_code(tree[document].text):
            for path in re.findall(r'`((?:core|qtapp|wasm|tests|resources|tools|cmake|docs)/[\w./-]*)`', line):
                if path.rstrip('/') not in tree and path.rstrip('/') not in folders:
                    yield document, number, f'there is no {path}'


@tree_rule('a test that the table of faults names exists, or the fault is not tested')
def named_test_does_not_exist(tree):
    document = 'docs/faults.md'
    if document not in tree:
        return
    tests = '\n'.join(file.text for path, file in tree.items() if re.match(r'tests/.*\.(cpp|hpp)$', path))
    for number, line in enumerate(tree[document].lines, 1):
        for name in re.findall(r'\b[a-z]+(?:[A-Z][a-z]*){2,}\b', line) if line.startswith('|') else []:
            if not re.search(rf'\b{name}\b', tests):
                yield document, number, f'there is no test {name}'


@tree_rule('a type that ARCHITECTURE names exists under that name')
def named_type_does_not_exist(tree):
    if MAP not in tree:
        return
    words = {word for path, file in tree.items() if path.endswith(('.hpp', '.ts')) for word in re.findall(r'\w+', file.code)}
    for number, line in markdown_text.outside_code(tree[MAP].text):
        for name in re.findall(r'`([A-Z][a-z]+[A-Za-z]*)(?:::\w+)?(?:\(\))?`', line):
            if name not in words:
                yield MAP, number, f'there is no {name}'


@tree_rule('a source belongs to the header of its name, so that a reader finds what a header promises')
def source_without_header(tree):
    headers = {posixpath.basename(path)[:-4] for path in tree if path.endswith('.hpp')}
    for path in tree:
        if re.match(r'(core|qtapp|wasm)/.*\.cpp$', path) and posixpath.basename(path)[:-4] not in headers \
                and not WITHOUT_HEADER.search(path):
            yield path, 1, f'there is no {posixpath.basename(path)[:-4]}.hpp'


@tree_rule('every decoder and parser of a public header has a fuzzer: they read what strangers wrote')
def parser_without_fuzzer(tree):
    fuzzers = '\n'.join(file.code for path, file in tree.items() if re.match(r'tests/fuzz/[^/]*\.cpp$', path))
    for path in sorted(tree):
        if not re.match(r'core/include/metabatch/.*\.hpp$', path):
            continue
        for number, line in enumerate(tree[path].code.split('\n'), 1):
            match = re.search(r'\b((?:parse|decode|inspect)\w*?)(?:_into)?\(', line)
            if match and not re.search(rf'\b{match.group(1)}(_into)?\(', fuzzers):
                yield path, number, f'no fuzzer calls {match.group(1)}()'


@tree_rule('files of one name in two rooms are mistaken for one another')
def same_name(tree):
    seen = {}
    for path in sorted(tree):
        name = posixpath.basename(path)
        if not re.match(r'(core|qtapp|wasm)/.*\.(hpp|cpp)$', path) or name in SAME_NAMES:
            continue
        if name in seen:
            yield path, 1, f'{seen[name]} has this name too'
        seen[name] = path


@tree_rule('a document that the table of contents does not name is not found')
def document_without_an_entry(tree):
    contents = 'docs/README.md'
    if contents not in tree:
        return
    linked = {posixpath.normpath(posixpath.join('docs', target.split('#')[0]))
              for _, target in markdown_text.links(tree[contents].text)}
    for path in sorted(tree):
        if re.match(r'docs/[^/]+\.md$|docs/adr/\d{4}-[^/]+\.md$', path) and path != contents and path not in linked:
            yield contents, 1, f'no link to {path}'


@tree_rule('headers that include each other in a circle cannot be understood one after the other')
def include_circle(tree):
    graph = {path: list(_included(tree, path)) for path in tree if path.endswith('.hpp')}
    done = set()
    for path in sorted(graph):
        yield from _circle_from(path, graph, [], done)


@tree_rule('what the machine needs does not depend on the simulator, which drives it')
def public_header_includes_simulation(tree):
    for path in tree:
        if re.match(r'core/include/metabatch/[^/]+\.hpp$|core/src/(base|batching|payload|metrics)/', path):
            for included in _included(tree, path):
                if re.match(r'core/(include/metabatch|src)/simulation/', included):
                    yield path, 1, f'includes {included}'


def _included(tree, path):
    """The headers of ours that a source includes."""
    for target in re.findall(r'^\s*#\s*include\s*"([^"]+)"', tree[path].code_and_strings, re.M):
        for base in ('core/include', 'core/src', 'qtapp', posixpath.dirname(path)):
            found = posixpath.normpath(posixpath.join(base, target))
            if found in tree:
                yield found
                break


def _circle_from(path, graph, trail, done):
    if path in trail:
        yield path, 1, ' -> '.join(trail[trail.index(path):] + [path])
    elif path not in done:
        for included in graph.get(path, []):
            yield from _circle_from(included, graph, trail + [path], done)
        done.add(path)


def _files_by_folder(tree):
    """The files of each folder, but for the lists that CMake reads."""
    found = {}
    for path in tree:
        folder, name = posixpath.split(path)
        if folder and name != 'CMakeLists.txt':
            found.setdefault(folder, []).append(name)
    return found


def _parents(folder):
    while folder:
        folder = posixpath.dirname(folder)
        if folder:
            yield folder
