"""Whether the packages of a recipe fit one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ohifbuild.packages.npm_ranges import satisfies
from ohifbuild.packages.problems import PackageProblem

if TYPE_CHECKING:
    from ohifbuild.packages.package import Package


def problems_between(packages: Sequence[Package]) -> list[PackageProblem]:
    """Packages with one name or id, libraries that nobody imports, and dependencies on one another that cannot hold."""
    by_name = {package.name: package for package in packages}
    found = (
        _double(packages)
        + _unused(packages)
        + [
            PackageProblem(
                package.source,
                f"it depends on {name} {wanted}, but {by_name[name].source} is version {by_name[name].version}",
                f'Write in its package.json: "{name}": "^{by_name[name].version}"',
            )
            for package in packages
            for name, wanted in package.dependencies
            if name in by_name and name != package.name and not satisfies(by_name[name].version, wanted)
        ]
    )
    circle = _circle(by_name)
    if circle:
        what = f"the packages depend on one another in a circle: {' → '.join(circle)}"
        fix = f"Take {circle[1]} out of the dependencies of {circle[0]}, or move what both need into a third package."
        found.append(PackageProblem(by_name[circle[0]].source, what, fix))
    return found


def _double(packages: Sequence[Package]) -> list[PackageProblem]:
    """Packages with the name or the id of an earlier one: OHIF would register only the first."""
    problems = []
    names: dict[str, str] = {}
    ids: dict[tuple[str, str], str] = {}
    for package in packages:
        if package.name in names:
            what = f"{names[package.name]} also has the name '{package.name}'"
            problems.append(PackageProblem(package.source, what, "Rename one."))
        elif package.id and (package.kind, package.id) in ids:
            other = ids[package.kind, package.id]
            what = f"{other} also has the id '{package.id}', and OHIF registers only the first"
            problems.append(PackageProblem(package.source, what, "Change one id, best to the package's name."))
        names[package.name] = package.source
        if package.id:
            ids.setdefault((package.kind, package.id), package.source)
    return problems


def _unused(packages: Sequence[Package]) -> list[PackageProblem]:
    imported = {name for package in packages for name, _ in package.imported}
    return [
        PackageProblem(
            package.source,
            f"{package.library} has no default export, and no other package of the recipe declares and imports it",
            "Export the extension or the mode: export default { id: 'NAME' }; or add the package that imports it.",
        )
        for package in packages
        if package.library and package.name not in imported
    ]


def _circle(by_name: Mapping[str, Package]) -> list[str]:
    """The first circle of dependencies: its names, the first one again at the end; empty if there is none."""
    done: set[str] = set()
    for start in by_name:
        path = [start]
        pending = [_needs(by_name, start)]
        while pending:
            name = next(pending[-1], None)
            if name is None:
                pending.pop()
                done.add(path.pop())
            elif name in path:
                return [*path[path.index(name) :], name]
            elif name not in done:
                path.append(name)
                pending.append(_needs(by_name, name))
    return []


def _needs(by_name: Mapping[str, Package], name: str) -> Iterator[str]:
    return (wanted for wanted, _ in by_name[name].dependencies if wanted in by_name and wanted != name)
