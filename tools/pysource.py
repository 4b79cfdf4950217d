"""Reads Python sources: names that are nowhere set, what is imported or set for nothing."""

import ast
import builtins
import symtable
import warnings

KNOWN = set(dir(builtins)) | {"__file__", "__name__", "__doc__"}


def scopes(table):
    """A symbol table and all within it."""
    left = [table]
    while left:
        here = left.pop()
        left += here.get_children()
        yield here


def unknown_names(table, tree):
    """(line, what) of each global name that neither the file nor Python sets."""
    top = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()
           or s.is_namespace()}
    for scope in scopes(table):
        top |= {s.get_name() for s in scope.get_symbols()
                if s.is_declared_global() and s.is_assigned()}
    meant = {s.get_name() for scope in scopes(table) for s in scope.get_symbols()
             if s.is_global() or (scope is table and s.is_referenced())}
    unknown = meant - top - KNOWN
    return [(node.lineno, f"{node.id} is nowhere set") for node in ast.walk(tree)
            if isinstance(node, ast.Name) and node.id in unknown]


def idle_imports(text, tree):
    """Imports that nothing names, but those marked `noqa`."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    lines = text.split("\n")
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        if "noqa: F401" in lines[node.lineno - 1]:
            continue
        names = [(alias.asname or alias.name).split(".")[0] for alias in node.names]
        found += [(node.lineno, f"{name} is imported for nothing") for name in names
                  if name not in used]
    return found


def idle_locals(tree):
    """(line, what) of variables that a function sets and nothing in it reads."""
    found = []
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        nodes = list(ast.walk(function))
        read = {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Store)}
        declared = [n for n in nodes if isinstance(n, (ast.Global, ast.Nonlocal))]
        outer = {name for n in declared for name in n.names}
        targets = [t for n in nodes if isinstance(n, ast.Assign) for t in n.targets]
        found += [(t.lineno, f"{t.id} is set for nothing") for t in targets
                  if isinstance(t, ast.Name) and t.id not in read | outer and t.id[0] != "_"]
    return sorted(set(found))


def check(path, text):
    """(line, what) of all that is wrong with a file's text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compile(text, path, "exec")
        tree, table = ast.parse(text, path), symtable.symtable(text, path, "exec")
    except SyntaxError as error:
        return [(error.lineno or 1, error.msg)]
    return sorted(unknown_names(table, tree) + idle_imports(text, tree) + idle_locals(tree))
