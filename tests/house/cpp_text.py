# SPDX-License-Identifier: Apache-2.0
"""Reads C++ just well enough for the house rules: blanks comments and literals, finds where functions begin and end."""
import re

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/'  # comments
    r'|R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)"'  # raw strings
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'",  # not the separator of 100'000
    re.S)


def blank(text, keep_strings=False):
    """The text with comments and literals turned into spaces; every line keeps its number and length."""
    def spaces(match):
        token = match.group(0)
        if keep_strings and not token.startswith('/'):
            return token
        return re.sub(r'[^\n]', ' ', token)
    return _TOKEN.sub(spaces, text)


def without_directives(text):
    """The blanked text with preprocessor lines, continued ones too, turned into empty lines."""
    return re.sub(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', lambda m: re.sub(r'[^\n]', ' ', m.group(0)), text, flags=re.M)


_NAME = re.compile(r'([~A-Za-z_][\w:~]*|operator\s*\S+)\s*\($')


def _kind(head, parent):
    """What the brace after `head` opens: a namespace, a type, a function, or something inside of one."""
    if parent == 'function':
        return 'inside'
    if re.search(r'\bnamespace\b|extern\s*$', head):
        return 'namespace'
    if re.search(r'\b(class|struct|union|enum)\b', head) and not re.search(r'\)\s*[\w\s]*$', head):
        return 'type'
    if '(' not in head:
        return 'value'
    # `Type(int x) : a_{x}` - the brace of a member, not yet that of the body.
    if re.search(r'\)[^;{}]*?(?<!:):(?!:)', head) and re.search(r'[\w>]\s*$', head) and not re.search(
            r'\b(const|noexcept|override|final|try)\s*$', head):
        return 'value'
    return 'function' if not re.search(r'=\s*$', head) else 'value'


def functions(text):
    """(name, first line, last line) of every function with a body, lambdas and local types belonging to their function."""
    text = without_directives(blank(text))
    found, stack, head, head_line, line = [], [], '', 1, 1
    for char in text:
        if char == '\n':
            line += 1
        if char == '{':
            kind = _kind(head, stack[-1][0] if stack else 'namespace')
            if kind == 'inside' and stack[-1][0] == 'value':
                kind = 'value'
            stack.append(('function' if kind == 'inside' else kind, head, head_line, kind == 'function'))
            if kind != 'value':
                head = ''
            else:
                head += ' '
        elif char == '}':
            if stack:
                kind, opened, first, is_outermost = stack.pop()
                if is_outermost:
                    found.append((_function_name(opened), first, line))
                if kind != 'value':
                    head = ''
        elif char == ';':
            head = ''
        elif not (stack and stack[-1][0] in ('function', 'value')):
            if not head.strip() and not char.isspace():
                head_line = line
                head = ''
            head += char
            if re.fullmatch(r'\s*(public|private|protected|signals|private slots|public slots|Q_SIGNALS)\s*:', head):
                head = ''
    return found


def _function_name(head):
    depth, at = 0, head.find('(')
    while at >= 0:
        match = _NAME.search(head[:at + 1])
        if match and depth == 0:
            return re.sub(r'\s+', ' ', match.group(1))
        at = head.find('(', at + 1)
    return '?'
