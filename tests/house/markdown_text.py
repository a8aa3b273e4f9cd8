# SPDX-License-Identifier: Apache-2.0
"""Reads Markdown just well enough for the house rules: prose lines, headings, anchors and links."""
import re

_FENCE = re.compile(r'\s*(```|~~~)')


def prose(text):
    """(line number, line) of every line that is neither code, nor a table, nor HTML."""
    in_code = False
    for number, line in enumerate(text.split('\n'), 1):
        if _FENCE.match(line):
            in_code = not in_code
        elif not in_code and not line.startswith(('    ', '\t', '|', '<')):
            yield number, line


def outside_code(text):
    """(line number, line) of every line outside of fenced code."""
    in_code = False
    for number, line in enumerate(text.split('\n'), 1):
        if _FENCE.match(line):
            in_code = not in_code
        elif not in_code:
            yield number, line


def headings(text):
    """The titles of a document, without the number signs."""
    return [match.group(1).strip() for _, line in outside_code(text)
            if (match := re.match(r'#{1,6}\s+(.*)', line))]


def anchors(text):
    """The anchors that GitHub makes of the titles."""
    found, seen = set(), {}
    for title in headings(text):
        slug = re.sub(r'[^\w\- ]', '', title.lower()).replace(' ', '-')
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        found.add(slug if count == 0 else f'{slug}-{count}')
    return found


def links(text):
    """(line number, target) of every link and picture to a file of ours."""
    for number, line in outside_code(text):
        for target in re.findall(r'\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"', line):
            target = target[0] or target[1]
            if not re.match(r'[a-z]+:', target):
                yield number, target


def section(text, title):
    """(line number, line) of the section with this title and of those below it."""
    depth = 0
    for number, line in outside_code(text):
        match = re.match(r'(#{1,6})\s+(.*)', line)
        if match and depth and len(match.group(1)) <= depth:
            return
        if match and match.group(2).strip() == title:
            depth = len(match.group(1))
        elif depth:
            yield number, line
