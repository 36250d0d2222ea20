import socket
from dataclasses import astuple
from pathlib import Path

import pytest

from bughive_dev.control_plane import ControlPlane, Ports
from bughive_dev.ports import free_ports

PLANE = ControlPlane(binary=Path("/cache/hyperkube"), home=Path("/state"), ports=Ports(1, 2, 3, 4, 5))
PROGRAMS = [PLANE.etcd(), PLANE.apiserver(), PLANE.controller_manager(), PLANE.scheduler()]


def flags(program) -> dict[str, str]:
    return dict(argument.removeprefix("--").split("=", 1) for argument in program.argv[2:])


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_every_program_listens_on_loopback_only(program):
    listening = [value for name, value in flags(program).items() if "listen" in name or "bind" in name]

    assert listening
    assert all(value == "127.0.0.1" or value.startswith("https://127.0.0.1:") for value in listening)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_every_program_writes_under_its_home_only(program):
    paths = [value for value in flags(program).values() if value.startswith("/")]

    assert paths
    assert all(Path(value).is_relative_to(PLANE.home) for value in paths)


def test_the_store_refuses_clients_without_a_certificate():
    assert flags(PLANE.etcd())["client-cert-auth"] == "true"


def test_free_ports_are_different_and_free():
    ports = free_ports(20)

    assert len(set(ports)) == 20
    for port in ports:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", port))


def test_a_port_in_use_is_not_chosen(monkeypatch):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        monkeypatch.setattr("bughive_dev.ports.LOWEST", taken)
        monkeypatch.setattr("bughive_dev.ports.HIGHEST", taken + 20)

        assert taken not in free_ports(5)


def test_each_program_has_a_port_of_its_own():
    assert len(set(astuple(PLANE.ports))) == 5
    assert {program.port for program in PROGRAMS} <= set(astuple(PLANE.ports))
