"""Who may import what, where import-linter cannot say it."""

import sys

import pytest

from .sources import PACKAGE, PROJECT, Import, imports_of, package_files, python_files

OURS = "include.overnight"
IMPURE = (
    "os",
    "subprocess",
    "time",
    "random",
    "socket",
    "threading",
    "asyncio",
    "pathlib",
    "shutil",
    "tempfile",
)
DOMAIN_LIBRARIES = ("markdown_it", "networkx")
HEAVY = (
    *("alembic", "apprise", "detect_secrets", "fastapi", "genai_prices", "git", "github", "griffe", "jinja2"),
    *("networkx", "numpy", "openai", "pandas", "plotly", "psycopg", "pyarrow", "pydantic_ai", "sqlalchemy"),
)
ONE_HOME = {
    "git": "adapters/git",
    "github": "adapters/github",
    "openai": "adapters",
    "pandas": "reports",
    "plotly": "reports",
    "sqlalchemy": "adapters/ledger",
    "alembic": "adapters/ledger",
    "fastapi": "web",
    "typer": "cli",
    "apprise": "adapters",
    "detect_secrets": "adapters",
    "griffe": "adapters",
    "pydantic_ai": "adapters",
}
COMPOSITION = ("assembly", "github_doors", "rungs")
AIRFLOW_HOMES = ("edge", "adapters/sandbox", "adapters/builders", "adapters/storage")


def _all_imports(*folders: str) -> list[Import]:
    return [found for file in python_files(*folders) for found in imports_of(file)]


def _at(found: Import, *parts: str) -> bool:
    """Say whether the import stands in one of the package's parts, a folder or a module."""
    place = found.file.relative_to(PACKAGE).with_suffix("").as_posix()
    return any(place == part or place.startswith(f"{part}/") for part in parts)


def _list(found: list[Import]) -> str:
    return "\n".join(map(str, found))


def test_the_domain_knows_only_pure_parts_of_the_standard_library():
    foreign = [
        found
        for file in package_files("domain")
        for found in imports_of(file)
        if found.is_of(*IMPURE)
        or not (
            found.is_of(f"{OURS}.domain", *DOMAIN_LIBRARIES)
            or found.module.partition(".")[0] in sys.stdlib_module_names
        )
    ]
    assert not foreign, _list(foreign)


def test_the_domain_never_asks_what_time_it_is():
    asking = [
        file.name
        for file in package_files("domain")
        for call in ("datetime.now(", "date.today(", "datetime.today(", ".utcnow(")
        if call in file.read_text()
    ]
    assert not asking


@pytest.mark.parametrize("part", ["services", "ports"])
def test_what_is_above_the_domain_touches_nothing_but_ports_and_domain(part):
    beside = (f"{OURS}.documents", f"{OURS}.failpoints")
    allowed = (f"{OURS}.domain", f"{OURS}.ports", f"{OURS}.services", *beside, "tenacity")
    foreign = [
        found
        for file in package_files(part)
        for found in imports_of(file)
        if not found.is_of(*allowed)
        and found.module != OURS
        and (
            found.module.partition(".")[0] not in sys.stdlib_module_names
            or found.is_of("subprocess", "socket")
        )
    ]
    assert not foreign, _list(foreign)


@pytest.mark.parametrize("library", ONE_HOME)
def test_a_library_has_one_home(library):
    home = ONE_HOME[library]
    strays = [
        found
        for found in _all_imports("include/overnight")
        if found.is_of(library)
        and not _at(found, home)
        and not (found.lazy and _at(found, *COMPOSITION))  # it hands one part to the other
        and not (found.lazy and library == "sqlalchemy" and _at(found, "edge/deadlines"))  # Airflow's session
    ]
    assert not strays, f"{library} belongs in {home}:\n{_list(strays)}"


def test_airflow_is_known_at_the_edge_and_to_three_adapters():
    strays = [
        found
        for found in _all_imports("include/overnight")
        if found.is_of("airflow") and not _at(found, *AIRFLOW_HOMES)
    ]
    assert not strays, _list(strays)


def test_nothing_heavy_is_imported_when_a_dag_file_is_read():
    heavy = [
        found
        for found in _all_imports("dags", "include/overnight/edge")
        if not found.lazy and found.is_of(*HEAVY, f"{OURS}.adapters", f"{OURS}.reports", f"{OURS}.web")
    ]
    assert not heavy, _list(heavy)


def test_edge_and_web_reach_adapters_and_reports_only_inside_functions():
    eager = [
        found
        for part in ("edge", "web", "cli")
        for file in package_files(part)
        for found in imports_of(file)
        if not found.lazy and found.is_of(f"{OURS}.adapters", f"{OURS}.reports")
    ]
    assert not eager, _list(eager)


def test_the_domain_ports_settings_and_services_import_nothing_heavy_at_once():
    heavy = [
        found
        for part in ("domain", "ports", "settings", "services")
        for file in package_files(part)
        for found in imports_of(file)
        if not found.lazy and found.is_of(*set(HEAVY) - {"networkx"})
    ]
    assert not heavy, _list(heavy)


def test_dag_files_know_airflow_the_edge_and_the_settings_and_nothing_else():
    foreign = [
        found
        for found in _all_imports("dags")
        if not found.is_of("airflow.sdk", f"{OURS}.edge", f"{OURS}.settings")
        and found.module.partition(".")[0] not in sys.stdlib_module_names
    ]
    assert not foreign, _list(foreign)


def test_inside_the_package_imports_are_relative():
    absolute = [
        f"{file.relative_to(PROJECT)}:{number} {line.strip()}"
        for file in python_files("include/overnight")
        if "migrations" not in file.parts  # Alembic runs these by their path: they are in no package
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if line.lstrip().startswith(("from include.", "import include", "from overnight", "import overnight"))
    ]
    assert not absolute


def test_the_product_knows_neither_its_demo_nor_its_tests():
    backwards = [
        found
        for found in _all_imports("include", "dags", "plugins")
        if found.is_of("demo", "tests", "bench", "pytest")
    ]
    assert not backwards, _list(backwards)


def test_nothing_of_ours_is_mocked():
    mocks = [found for found in _all_imports("tests") if found.is_of("unittest.mock", "mock", "pytest_mock")]
    assert not mocks, _list(mocks)
