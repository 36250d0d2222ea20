import json
import ssl
import stat
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from bughive_dev.kubeconfig import write_kubeconfig
from bughive_dev.pki import Authority

AUTHORITY = Authority.create("test")


def verifier(authority: Authority) -> PolicyBuilder:
    return PolicyBuilder().store(Store([x509.load_pem_x509_certificate(authority.certificate)]))


def test_a_servers_certificate_is_good_for_its_names_and_addresses():
    server = AUTHORITY.issue("server", hosts=("127.0.0.1", "localhost"))
    certificate = x509.load_pem_x509_certificate(server.certificate)

    verifier(AUTHORITY).build_server_verifier(x509.DNSName("localhost")).verify(certificate, [])
    with pytest.raises(VerificationError):
        verifier(AUTHORITY).build_server_verifier(x509.DNSName("elsewhere")).verify(certificate, [])


def test_another_authoritys_certificate_is_refused():
    stranger = Authority.create("test").issue("server", hosts=("localhost",))
    certificate = x509.load_pem_x509_certificate(stranger.certificate)

    with pytest.raises(VerificationError):
        verifier(AUTHORITY).build_server_verifier(x509.DNSName("localhost")).verify(certificate, [])


def test_a_client_is_known_by_user_and_group():
    client = x509.load_pem_x509_certificate(AUTHORITY.issue("admin", group="system:masters").certificate)

    assert client.subject.rfc4514_string() == "CN=admin,O=system:masters"


def test_certificates_live_for_weeks_not_for_years():
    certificate = x509.load_pem_x509_certificate(AUTHORITY.issue("admin").certificate)

    assert timedelta(days=7) < certificate.not_valid_after_utc - datetime.now(UTC) < timedelta(days=60)


def test_a_kubeconfig_holds_all_it_needs_and_only_its_owner_may_read_it(tmp_path):
    user = AUTHORITY.issue("admin")
    path = write_kubeconfig(tmp_path / "kubeconfig", "https://127.0.0.1:6443", AUTHORITY.certificate, user)

    config = json.loads(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert config["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:6443"
    assert b64decode(config["users"][0]["user"]["client-certificate-data"]) == user.certificate
    user.write(tmp_path / "admin")
    ssl.create_default_context().load_cert_chain(tmp_path / "admin.crt", tmp_path / "admin.key")
