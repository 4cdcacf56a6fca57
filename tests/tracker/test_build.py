"""The tracker's sources: types, units, sizes, and that the carried scripts are made from them."""

import json

import pytest

STRICT = "--ignoreConfig --noEmit --strict --exactOptionalPropertyTypes --skipLibCheck false"


def test_the_carried_scripts_are_what_their_sources_make(node) -> None:
    node("build.mjs", "check")


def test_core_provider_and_optional_parts_are_small(node) -> None:
    sizes = json.loads(node("build.mjs", "sizes"))

    assert sizes["core"] <= 3_300
    assert sizes["next"] <= 3_900
    assert sizes["nextPages"] <= 3_900
    assert sizes["extras"] <= 2_500


def test_the_types_hold(node) -> None:
    node("node_modules/typescript/bin/tsc", "-p", "tsconfig.test.json")


def test_the_units_pass(node) -> None:
    node("build.mjs", "test")
    node("--test", ".test/")


def test_the_package_has_no_dependencies_and_its_lock_names_no_registry(node) -> None:
    manifest = json.loads(node("-p", "JSON.stringify(require('./package.json'))"))
    lock = node("-p", "require('fs').readFileSync('package-lock.json', 'utf8')")

    assert "dependencies" not in manifest
    assert '"resolved"' not in lock


@pytest.mark.parametrize("entry", ["index", "react", "next", "next-pages", "extras/index"])
def test_what_is_packed_has_types_that_a_strict_reader_takes(node, tmp_path, entry: str) -> None:
    node("build.mjs")
    reader = tmp_path / "reader.ts"
    reader.write_text(f'import * as all from "{node.folder}/dist/{entry}.js";\nexport {{ all }};\n')

    node("node_modules/typescript/bin/tsc", *STRICT.split(), str(reader))
