"""Real servers from Debian packages, in a namespace: what we say of them equals what dpkg says. As root."""

import contextlib
import shutil
import socket
import subprocess
import time
from importlib.metadata import entry_points

import pytest

pytestmark = [pytest.mark.root, pytest.mark.lab]

LONGEST_S = 120
NEEDED = {"ssh": "sshd", "ftp": "vsftpd", "http": "nginx"}

VSFTPD = """
background=NO
listen=YES
listen_address=127.0.0.1
listen_port=21
anonymous_enable=YES
anon_root={folder}/empty
secure_chroot_dir={folder}/empty
isolate_network=NO
seccomp_sandbox=NO
"""

NGINX = """
daemon off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  server {{ listen 127.0.0.1:80; root {folder}; }}
  server {{ listen 127.0.0.1:8079; root {folder}; server_tokens off; }}
}}
"""


def package(name):
    """(upstream version, Debian revision) of an installed package, or a skip."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout:
        pytest.skip(f"{name} is not installed from a Debian package")
    upstream, _, revision = done.stdout.partition(":")[2 if ":" in done.stdout else 0].rpartition("-")
    return upstream, revision


@pytest.fixture
def servers(namespace, tmp_path):
    """Start programs inside the namespace; they end with the test."""
    with contextlib.ExitStack() as stack:

        def start(program, *words, port):
            path = shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")
            if path is None:
                pytest.skip(f"{program} is not installed")
            with (tmp_path / f"{program}.log").open("w") as log:
                process = subprocess.Popen([*namespace.prefix, path, *words], stdout=log, stderr=log)
            stack.callback(process.wait, LONGEST_S)
            stack.callback(process.terminate)
            wait_until_it_listens(namespace, process, port, tmp_path / f"{program}.log")

        yield start


def wait_until_it_listens(namespace, process, port, log):
    """Poll until a server accepts connections."""
    until = time.monotonic() + LONGEST_S
    while not namespace.inside(lambda: is_open(port)):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.02)


def is_open(port):
    """Whether something accepts connections."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def service_of(namespace, port, name):
    """The first service called ``name`` that a sweep with the installed plugins finds on a port."""
    if name not in {entry.name for entry in entry_points(group="recon")}:
        pytest.skip(f"the plugin {name} is not installed")
    rows, summary = namespace.sweep("127.0.0.1", ports=str(port), enumerate=True, installed=True)
    assert summary["plugin_faults"] == {}
    (row,) = rows
    return next(service for service in row["services"] if service["name"] == name), row


def test_openssh_is_named_with_version_and_debian_revision(namespace, servers, tmp_path):
    version, revision = package("openssh-server")
    subprocess.run(["install", "-d", "-m", "755", "/run/sshd"], check=True)
    subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    options = ["-o", "ListenAddress=127.0.0.1", "-o", "PidFile=none"]
    servers("sshd", "-D", "-e", "-f", "/dev/null", "-h", str(tmp_path / "key"), "-p", "22", *options, port=22)
    service, row = service_of(namespace, 22, "ssh")
    assert (service["product"], service["version"]) == ("OpenSSH", version)
    assert (service["distro"], service["revision"]) == ("Debian", revision)
    assert service["cpe"] == f"cpe:2.3:a:openbsd:openssh:{version}:*:*:*:*:*:*:*"
    assert row["facts"]["ssh.protocol"] == "2.0"


def test_openssh_is_named_on_any_port(namespace, servers, tmp_path):
    version, _ = package("openssh-server")
    subprocess.run(["install", "-d", "-m", "755", "/run/sshd"], check=True)
    subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    options = ["-o", "ListenAddress=127.0.0.1", "-o", "PidFile=none"]
    servers("sshd", "-D", "-e", "-f", "/dev/null", "-h", str(tmp_path / "key"), "-p", "39117", *options, port=39117)
    assert service_of(namespace, 39117, "ssh")[0]["version"] == version


def test_vsftpd_is_named_with_its_version(namespace, servers, tmp_path):
    version, _ = package("vsftpd")
    (tmp_path / "empty").mkdir(mode=0o555)
    (tmp_path / "vsftpd.conf").write_text(VSFTPD.format(folder=tmp_path))
    servers("vsftpd", str(tmp_path / "vsftpd.conf"), port=21)
    service, row = service_of(namespace, 21, "ftp")
    assert (service["product"].lower(), service["version"]) == ("vsftpd", version)
    assert row["banner"] == f"220 (vsFTPd {version})\r\n"


def test_nginx_is_named_with_its_version_and_not_when_it_hides_it(namespace, servers, tmp_path):
    version, _ = package("nginx")
    (tmp_path / "nginx.conf").write_text(NGINX.format(folder=tmp_path))
    servers("nginx", "-e", "stderr", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), port=80)
    service, row = service_of(namespace, 80, "http")
    assert (service["product"], service["version"], service["version_source"]) == ("nginx", version, "header")
    assert row["facts"]["http.status"] in {403, 404}
    hidden, _ = service_of(namespace, 8079, "http")
    assert (hidden["product"], hidden["version"]) == ("nginx", None)
