from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.build_hooks import build_hooks, build_options, plugin_config
from ohifbuild.sources.build_system import described, ohif_version

RELEASED = find_release("3.13.2", catalogue())
DATA = Path(__file__).parents[2] / "data"


def write(tree: Path, files: dict[str, object]) -> Path:
    for name, content in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return tree


# As the 3.13 betas are: yarn and bun lockfiles, and an rsbuild.config.ts that is only for the development server.
BETA = {
    "package.json": {"engines": {"node": ">=18"}},
    "lerna.json": {"version": "3.13.0-beta.22"},
    "platform/core/package.json": {"version": "3.13.0-beta.22"},
    "platform/app/package.json": {
        "scripts": {
            "build": "node --max_old_space_size=8096 ./../../node_modules/webpack/bin/webpack.js --config x",
            "dev:fast": "rsbuild dev --config ../../rsbuild.config.ts",
        }
    },
    "rsbuild.config.ts": "process.env.HTML_TEMPLATE",
    "yarn.lock": "",
    "bun.lock": "",
}


def test_a_beta_with_yarn_is_built_with_yarn_and_labelled_as_what_it_is(tmp_path: Path) -> None:
    found = described(write(tmp_path, BETA), RELEASED)
    assert (found.version, found.tag) == ("3.13.0-beta.22", "v3.13.0-beta.22")
    assert (found.package_manager, found.bundler, found.node) == ("yarn@1.22.22", "webpack", ">=18")
    assert found.verified == ()


def test_the_next_ohif_is_built_with_its_own_pnpm_and_rsbuild() -> None:
    found = described(DATA / "monorepo-rsbuild", RELEASED)
    assert (found.version, found.package_manager, found.bundler) == ("3.14.0-beta.9", "pnpm@12.21.0", "rsbuild")


def test_a_source_that_says_nothing_is_built_as_the_catalogue_says(tmp_path: Path) -> None:
    assert described(tmp_path, RELEASED) == RELEASED


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pnpm-lock.yaml": ""}, ("pnpm@11", "rspack")),
        (
            {"pnpm-lock.yaml": "", "package.json": {"packageManager": "pnpm@12.1.0+sha512.00"}},
            ("pnpm@12.1.0", "rspack"),
        ),
        ({"pnpm-lock.yaml": "", "package.json": {"packageManager": "yarn@1.22.22"}}, ("pnpm@11", "rspack")),
        ({"pnpm-lock.yaml": "", "package.json": "no JSON"}, ("pnpm@11", "rspack")),
        ({"yarn.lock": "", "platform/app/.webpack/webpack.pwa.js": "webpack"}, ("yarn@1.22.22", "webpack")),
        (
            {"yarn.lock": "", "platform/app/.webpack/webpack.pwa.js": "require('@rspack/core')"},
            ("yarn@1.22.22", "rspack"),
        ),
        ({"platform/app/package.json": {"scripts": {"build": "rspack build --config x"}}}, ("pnpm@11", "rspack")),
        ({"platform/app/package.json": {"scripts": {"build": "cross-env A=1 rsbuild build"}}}, ("pnpm@11", "rsbuild")),
    ],
)
def test_lockfile_field_and_script_decide_the_tools(
    files: dict[str, object], expected: tuple[str, str], tmp_path: Path
) -> None:
    found = described(write(tmp_path, files), RELEASED)
    assert (found.package_manager, found.bundler) == expected


def test_a_source_with_a_lockfile_of_another_kind_only_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReleaseUnsupported, match=r"neither a yarn\.lock nor a pnpm-lock\.yaml"):
        described(write(tmp_path, {"bun.lock": ""}), RELEASED)


def test_the_manifests_say_the_version_before_the_file_that_a_release_job_writes(tmp_path: Path) -> None:
    write(tmp_path, {"version.txt": "3.14.0-beta.7\n"})
    assert ohif_version(tmp_path) == "3.14.0-beta.7"
    write(tmp_path, {"lerna.json": {"version": "3.14.0-beta.8"}, "platform/core/package.json": {"version": "0.0.1"}})
    assert ohif_version(tmp_path) == "3.14.0-beta.8"


def test_an_option_counts_only_where_a_build_file_reads_it(tmp_path: Path) -> None:
    write(tmp_path, {"rsbuild.config.ts": "// one day: PLUGIN_CONFIG\nconst page = process.env.HTML_TEMPLATE;"})
    assert build_hooks(tmp_path) == {"HTML_TEMPLATE"}
    write(tmp_path, {".rspack/loadBuildProfile.js": "const E = { pluginConfig: { env: 'PLUGIN_CONFIG' } };"})
    assert build_hooks(tmp_path) == {"HTML_TEMPLATE", "PLUGIN_CONFIG"}


def test_without_the_option_ohifs_own_list_is_edited(tmp_path: Path) -> None:
    write(tmp_path, {"platform/app/pluginConfig.json": {"extensions": []}})
    assert plugin_config(tmp_path) == tmp_path / "platform/app/pluginConfig.json"
    assert build_options(tmp_path) == {}


def test_a_profile_has_only_keys_that_the_releases_schema_knows(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "platform/app/pluginConfig.json": {"extensions": []},
            "platform/app/ohif.schema.json": {"properties": {"pluginConfig": {}, "publicUrl": {}}},
            ".rspack/loadBuildProfile.js": "process.env.OHIF_ENV; process.env.PLUGIN_CONFIG",
        },
    )
    listed = plugin_config(tmp_path)
    assert listed == tmp_path / "ohifbuild/pluginConfig.json"
    assert build_options(tmp_path) == {
        "OHIF_ENV": str(tmp_path / "ohifbuild/ohif.config.json"),
        "PLUGIN_CONFIG": "",
        "PUBLIC_URL": "",
    }
    profile = json.loads((tmp_path / "ohifbuild/ohif.config.json").read_text())
    assert profile == {"pluginConfig": "./pluginConfig.json", "publicUrl": "/"}


def test_without_a_schema_the_list_is_named_by_its_variable(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "platform/app/pluginConfig.json": "{}",
            "rsbuild.config.ts": "process.env.OHIF_ENV, process.env.PLUGIN_CONFIG",
        },
    )
    listed = plugin_config(tmp_path)
    assert build_options(tmp_path) == {"PLUGIN_CONFIG": str(listed)}
