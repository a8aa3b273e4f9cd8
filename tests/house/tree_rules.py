# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that compare files with one another. A rule is a function of the tree, a dictionary of all
files by path, that yields (path, line, what it saw)."""
import posixpath
import re

import markdown_text

SPECIFICATION = 'docs/specification.md'

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


def _parents(folder):
    while folder:
        folder = posixpath.dirname(folder)
        if folder:
            yield folder
