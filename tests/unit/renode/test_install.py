"""Bringing a release: from a server on this machine that breaks off, lies, or is not there."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from tests.unit.renode import layouts
from workbench.engines.renode import releases
from workbench.engines.renode.install import install
from workbench.errors import UserError

PINNED = releases._SHA256
NAME = "renode-1.16.1.linux-portable-dotnet.tar.gz"


class Server(BaseHTTPRequestHandler):
    """Serves `content`; `breaks_at`: the byte at which the first answers end."""

    content = b""
    breaks_at = 0
    ranges: ClassVar[list[str | None]] = []
    can_resume = True

    def do_GET(self):
        Server.ranges.append(self.headers.get("Range"))
        begin = int((self.headers.get("Range") or "bytes=0-")[6:-1]) if self.can_resume else 0
        if self.path != f"/v1.16.1/{NAME}":
            self.send_error(404)
            return
        if begin >= len(self.content):
            self.send_error(416)
            return
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(self.content) - begin))
        self.end_headers()
        end = self.breaks_at or len(self.content)
        self.wfile.write(self.content[begin:end])

    def log_message(self, *_):
        pass


@pytest.fixture
def archive(tmp_path):
    """A portable Renode as an archive."""
    layouts.portable_file(tmp_path / "made/renode_1.16.1-dotnet_portable")
    return layouts.archive(tmp_path / NAME, tmp_path / "made")


@pytest.fixture
def server(archive, monkeypatch):
    """The place of releases; its checksum of 1.16.1 is that of `archive`."""
    for name, value in (("content", archive.read_bytes()), ("breaks_at", 0), ("ranges", [])):
        monkeypatch.setattr(Server, name, value)
    monkeypatch.setattr(Server, "can_resume", True)
    served = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    monkeypatch.setattr(releases, "_DOWNLOAD", f"http://127.0.0.1:{served.server_port}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    yield Server
    served.shutdown()
    served.server_close()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch, archive):
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    monkeypatch.setattr(releases, "_SHA256", {NAME: digest})
    monkeypatch.setattr(releases, "_system", lambda: "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "data/tinyml-workbench/renode"


def left_in(folder):
    """What is there besides releases."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and not is_in(path))


def is_in(path):
    return any(part[:1].isdigit() for part in path.parts)


def test_pinned_release_is_brought_and_found(server, home):
    told = []
    found = install(progress=lambda done, total: told.append((done, total)))
    assert (found.version, found.form) == ("1.16.1", "portable file")
    assert found.path.is_relative_to(home / "1.16.1")
    assert told[-1] == (len(server.content),) * 2
    assert left_in(home) == []
    assert releases.installed_releases({"XDG_DATA_HOME": str(home.parents[1])}) == [found.root]


def test_release_that_is_there_is_not_brought_again(server):
    first = install()
    assert install() == first
    assert len(server.ranges) == 1


def test_download_that_broke_off_is_resumed(server, home):
    server.breaks_at = 300
    with pytest.raises(UserError, match="cannot be downloaded") as raised:
        install()
    assert "goes on where this stopped" in raised.value.hint
    assert raised.value.exit_code == 2
    assert not (home / "1.16.1").exists()
    server.breaks_at = 0
    install()
    assert server.ranges == [None, "bytes=300-"]


def test_server_that_cannot_resume_sends_the_whole(server):
    server.breaks_at = 300
    with pytest.raises(UserError):
        install()
    server.breaks_at, server.can_resume = 0, False
    assert install().version == "1.16.1"


def test_download_that_was_complete_is_not_brought_again(server, home, archive):
    (home / "downloads").mkdir(parents=True)
    (home / "downloads" / NAME).write_bytes(archive.read_bytes())
    install()
    assert server.ranges == []


def test_wrong_content_is_removed_and_not_installed(server, home):
    server.content = server.content[:-1] + b"x"
    with pytest.raises(UserError, match="is not the file that is meant"):
        install()
    assert left_in(home) == []
    assert not (home / "1.16.1").exists()


def test_remains_of_another_file_do_not_spoil_the_next_download(server, home, archive):
    (home / "downloads").mkdir(parents=True)
    (home / "downloads" / NAME).write_bytes(bytes(len(archive.read_bytes()) + 5))
    with pytest.raises(UserError, match="is not the file that is meant"):
        install()  # longer than the file: the server has nothing to add
    assert install().version == "1.16.1"


def test_no_network_is_said(monkeypatch):
    monkeypatch.setattr(releases, "_DOWNLOAD", "http://127.0.0.1:9")  # discard: nobody listens
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(UserError, match=r"cannot be downloaded: .*refused") as raised:
        install()
    assert "--from FILE" in raised.value.hint


def test_release_that_does_not_exist_is_said(server):
    with pytest.raises(UserError, match="404") as raised:
        install("1.99.0", "0" * 64)
    assert "--version" in raised.value.hint


def test_file_that_was_downloaded_by_hand_is_taken(archive):
    assert install(source=archive).version == "1.16.1"


def test_file_that_is_not_known_needs_its_checksum(tmp_path, archive):
    other = layouts.archive(tmp_path / "renode-1.17.0.linux-portable.tar.gz", tmp_path / "made")
    other.write_bytes(other.read_bytes() + b"\0")
    digest = hashlib.sha256(other.read_bytes()).hexdigest()
    with pytest.raises(UserError, match=digest) as raised:
        install(source=other)
    assert "--sha256" in raised.value.hint
    with pytest.raises(UserError, match=f"not {'0' * 64}"):
        install(source=other, sha256="0" * 64)
    assert install(source=other, sha256=digest.upper()).version == "1.17.0"


@pytest.mark.parametrize("keep", [0, 50, 300])
def test_archive_that_is_damaged_leaves_nothing(tmp_path, archive, home, keep):
    cut = tmp_path / "renode-1.16.1.tar.gz"
    cut.write_bytes(archive.read_bytes()[:keep])
    digest = hashlib.sha256(cut.read_bytes()).hexdigest()
    with pytest.raises(UserError, match="cannot be unpacked"):
        install(source=cut, sha256=digest)
    assert list(home.iterdir()) == []


def test_archive_of_something_else_leaves_nothing(tmp_path, home):
    (tmp_path / "other/renode_1").mkdir(parents=True)
    (tmp_path / "other/renode_1/readme").touch()
    other = layouts.archive(tmp_path / "renode-1.16.1.tar.gz", tmp_path / "other")
    digest = hashlib.sha256(other.read_bytes()).hexdigest()
    with pytest.raises(UserError, match="does not hold a portable Renode"):
        install(source=other, sha256=digest)
    assert list(home.iterdir()) == []


def test_damaged_installation_is_replaced_and_a_user_s_folder_is_not(archive, home):
    found = install(source=archive)
    found.path.write_bytes(found.path.read_bytes()[:-30])
    assert install(source=archive) == found
    found.path.unlink()
    (home / "1.16.1/.made-by-tinyml-workbench").unlink()
    (home / "1.16.1/mine").write_text("kept")
    with pytest.raises(UserError, match="was not made by the workbench"):
        install(source=archive)
    assert (home / "1.16.1/mine").read_text() == "kept"


@pytest.mark.parametrize(
    ("version", "sha256", "said"),
    [
        ("1.15.3", "", "no checksum of renode-1.15.3.linux-portable-dotnet.tar.gz"),
        ("1.17.0", "", "no checksum of renode-1.17.0.linux-portable.tar.gz"),
        ("latest", "", "is not a version"),
        ("../1.16.1", "", "is not a version"),
        ("1.16.1", "abc", "is not a SHA-256"),
    ],
)
def test_what_cannot_be_checked_is_not_brought(version, sha256, said):
    with pytest.raises(UserError, match=said):
        install(version, sha256)


def test_pinned_checksums_are_those_of_the_pinned_release():
    assert NAME in PINNED
    for name, digest in PINNED.items():
        assert releases.PINNED in name
        assert releases.checked_digest(digest) == digest
