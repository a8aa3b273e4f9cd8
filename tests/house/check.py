#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the sources against the rules of the house. Usage: check.py ROOT"""
import os
import sys

import rules
import tree_rules

SKIPPED = {'.git', 'build', 'node_modules', '__pycache__', '.cache'}


def files(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED)
        for name in sorted(names):
            path = os.path.join(folder, name)
            try:
                with open(path, encoding='utf-8', newline='') as handle:
                    yield rules.File(os.path.relpath(path, root), handle.read())
            except UnicodeDecodeError:
                continue  # not text, so not ours to judge


def findings(root):
    """(rule, reason, path, line, what) of every finding."""
    tree = {file.path: file for file in files(root)}
    for file in tree.values():
        for name, reason, check in rules.RULES:
            for line, what in check(file):
                yield name, reason, file.path, line, what
    for name, reason, check in tree_rules.TREE_RULES:
        for path, line, what in check(tree):
            yield name, reason, path, line, what


def main(root):
    found = list(findings(root))
    for name, reason, path, line, what in found:
        print(f'{path}:{line}: {what}\n    {name}: {reason}')
    print(f'{len(rules.RULES) + len(tree_rules.TREE_RULES)} rules: {len(found)} findings')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else '.'))
